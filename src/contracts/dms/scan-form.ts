import type { FastifyRequest } from 'fastify';
import { readForm } from '../../platform/read-form.js';
import { channels, normalizeChannel } from './channel.js';
import { SpringError } from './errors.js';
import type { Query } from './page-request.js';
import { maxTextLength } from './wire.js';

/** What every scan form contains. */
export interface ScanForm<File extends string> {
  /** one of the vendor's channels, in capitals */
  readonly channel: string;
  readonly reference: string;
  readonly files: Readonly<Record<File, Buffer>>;
}

/**
 * Reads the form of a new scan. Like Spring's `@RequestParam`, it takes channel and reference from the query as well; the form
 * comes first.
 * @param names of the files, all required
 * @throws SpringError 400; FormError
 */
export async function readScanForm<File extends string>(
  request: FastifyRequest,
  ...names: readonly File[]
): Promise<ScanForm<File>> {
  const form = await readForm(request);
  const query = request.query as Query;
  const read = (name: string): string => {
    const text = form.fields.get(name) || [query[name] ?? []].flat()[0];
    if (text) return text;
    throw new SpringError(400, `Required request parameter '${name}' for method parameter type String is not present`);
  };
  const channel = normalizeChannel(read('channel'));
  if (!channels.some((known) => known === channel)) throw new SpringError(400, `channel must be one of ${channels.join(', ')}`);
  const reference = read('reference');
  if (reference.length > maxTextLength) throw new SpringError(400, `reference must be at most ${maxTextLength} characters`);
  const files = names.map((name) => {
    const file = form.files.get(name);
    if (!file) throw new SpringError(400, `Required part '${name}' is not present.`);
    return [name, file] as const;
  });
  return { channel, reference, files: Object.fromEntries(files) as Record<File, Buffer> };
}
