import type { JsonTexts } from '../../platform/json-text.js';
import { type ScanSummary, summaryFieldNames, summaryFields } from '../../scans/scan-summary.js';
import { normalizeChannel } from './channel.js';
import { coercions } from './coerce.js';
import { entityName } from './entity-names.js';
import { SpringError } from './errors.js';
import { maxTextLength } from './wire.js';

/** Java's types, which the vendor's error messages name. */
const javaTypes = { flag: 'Boolean', number: 'Double', text: 'String' } as const;

/**
 * Reads what the body of PUT changes. Clients may correct the fields of the summary. All others belong to the server or are what
 * the engine observed: they are ignored. Null changes nothing: a typed client sends it for every field that it does not know.
 * @param numbers among the body's members, as written
 * @throws SpringError 400, naming the field of the wrong type
 */
export function readCorrection(body: unknown, numbers: JsonTexts = new Map()): Partial<ScanSummary> {
  if (typeof body !== 'object' || body === null || Array.isArray(body))
    throw new SpringError(400, 'Required request body is missing: send the entity as a JSON object');
  const changes: Record<string, unknown> = {};
  for (const field of summaryFieldNames) {
    const name = entityName(field);
    if (!Object.hasOwn(body, name)) continue;
    const { kind } = summaryFields[field];
    const sent = (body as Record<string, unknown>)[name];
    const value = sent === null ? null : coercions[kind](sent, numbers.get(name));
    if (value === undefined)
      throw new SpringError(
        400,
        `JSON parse error: Cannot deserialize value of type \`java.lang.${javaTypes[kind]}\` from ${describe(sent)} (through reference chain: FaceLiveness["${name}"])`,
      );
    if (value === null) continue;
    if (typeof value === 'string' && value.length > maxTextLength)
      throw new SpringError(400, `${name} must be at most ${maxTextLength} characters`);
    changes[field] = field === 'channel' ? normalizeChannel(String(value)) : value;
  }
  return changes as Partial<ScanSummary>;
}

/** The kind of value received, in Jackson's words. */
function describe(value: unknown): string {
  if (Array.isArray(value)) return 'Array value';
  if (typeof value === 'object') return 'Object value';
  if (typeof value === 'boolean') return 'Boolean value';
  return typeof value === 'string' ? 'String value' : 'Floating-point value';
}
