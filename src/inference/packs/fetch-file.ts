import { createHash } from 'node:crypto';
import { open } from 'node:fs/promises';
import type { Readable } from 'node:stream';
import { setTimeout as sleep } from 'node:timers/promises';
import { AddressError, describeFailure, openAddress } from './open-address.js';
import type { PackLimits } from './pack-limits.js';

/** The content that a download must have. */
export interface PinnedContent {
  readonly sha256: string;
  readonly bytes: number;
}

/** The address answered, but with something else than what is pinned. `message` continues a sentence that names the file. */
export class WrongContentError extends Error {
  override name = 'WrongContentError';
}

/** How a file is fetched. */
export interface FetchFileOptions {
  /** allow plain http to other machines */
  readonly allowHttp: boolean;
  readonly limits: PackLimits;
  /** interrupts the download; rejects with its reason */
  readonly signal?: AbortSignal | undefined;
}

/**
 * Downloads a file and compares it with what is pinned. A download that fails, is cut or stalls is repeated a few times.
 * @param path written; after an error its content is undefined
 * @throws AddressError, WrongContentError
 */
export async function fetchFile(
  address: string,
  path: string,
  pinned: PinnedContent,
  { allowHttp, limits, signal }: FetchFileOptions,
): Promise<void> {
  const late = new AddressError(`the download took more than ${limits.fetchMs / 1000} s`, false);
  const timeout = AbortSignal.timeout(limits.fetchMs);
  const overall = signal ? AbortSignal.any([timeout, signal]) : timeout;
  for (let attempt = 1; ; attempt++) {
    try {
      return await fetchOnce(address, path, pinned, { allowHttp, limits, overall });
    } catch (error) {
      if (overall.aborted) throw signal?.aborted ? signal.reason : late;
      if (!(error instanceof AddressError && error.isTransient)) throw error;
      if (attempt === limits.attempts)
        throw new AddressError(`${error.message}, ${attempt} attempts`, false, error.status, { cause: error });
      await sleep(limits.pauseMs * attempt, undefined, { signal: overall }).catch(() => {});
    }
  }
}

async function fetchOnce(
  address: string,
  path: string,
  { sha256, bytes: wanted }: PinnedContent,
  { allowHttp, limits, overall }: FetchFileOptions & { readonly overall: AbortSignal },
): Promise<void> {
  const stalled = new AbortController();
  const stalls = new AddressError(`no data for ${limits.stallMs / 1000} s`, true);
  const watch = setTimeout(() => stalled.abort(stalls), limits.stallMs);
  const signal = AbortSignal.any([overall, stalled.signal]);
  const hash = createHash('sha256');
  let got = 0;
  let announced: number | undefined;
  const cut = (why: string): AddressError => new AddressError(`the download was cut after ${got} of ${wanted} bytes${why}`, true);
  const file = await open(path, 'w');
  let body: Readable | undefined;
  try {
    const { bytes, length } = await openAddress(address, { signal, allowHttp });
    announced = length;
    // The reads below get the error, too.
    body = bytes.on('error', () => {});
    const chunks = bytes[Symbol.asyncIterator]() as AsyncIterator<Buffer>;
    for (let next = await read(chunks); !next.done; next = await read(chunks)) {
      watch.refresh();
      got += next.value.length;
      if (got > wanted) throw new WrongContentError(`it is larger than the expected ${wanted} bytes`);
      hash.update(next.value);
      await file.writeFile(next.value);
    }
  } catch (error) {
    // What a body fails with depends on where it was when the signal came.
    throw signal.aborted ? signal.reason : error;
  } finally {
    clearTimeout(watch);
    body?.destroy();
    await file.close();
  }
  const found = hash.digest('hex');
  if (found === sha256) return;
  // Without a length, the end of a connection that breaks looks like the end of the file.
  if (got < wanted && announced === undefined) throw cut('');
  throw new WrongContentError(`it has SHA-256 ${found}, expected ${sha256}`);

  async function read(chunks: AsyncIterator<Buffer>): Promise<IteratorResult<Buffer, undefined>> {
    return chunks.next().catch((error: unknown) => {
      throw cut(` (${describeFailure(error)})`);
    });
  }
}
