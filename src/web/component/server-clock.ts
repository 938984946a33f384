/** Ms below which a clock difference is ignored: the Date header has whole seconds and is delayed by the network. */
const knownOffset = 5000;
/** Ms for which a measured difference is used. */
const validFor = 600_000;

const measured = new Map<string, { readonly offset: number; readonly at: number }>();

/**
 * Ms that the server's clock is ahead of this one, by the `Date` header of its responses; 0 if it is unknown or small. Phones'
 * clocks can be hours off, and the server refuses packets of another time. Never rejects.
 * @param sdkPath folder URL, ends with /
 */
export async function readClockOffset(sdkPath: string): Promise<number> {
  const known = measured.get(sdkPath);
  if (known && Math.abs(Date.now() - known.at) < validFor) return known.offset;
  for (const path of [keysPath, './']) {
    try {
      const url = new URL(path, sdkPath);
      const response = await fetch(url, { method: 'HEAD', credentials: 'omit', cache: 'no-store', signal: timeout(5000) });
      if (noteServerTime(sdkPath, response)) return measured.get(sdkPath)!.offset;
    } catch {
      // Without a connection, the device's own clock is the only one.
    }
  }
  return 0;
}

/** URL of the server's public keys, relative to `sdk_path`. */
export const keysPath = '../v1/capture/keys';

/**
 * Measures the clock difference by a response that has just arrived.
 * @returns whether the response says the time; other origins' servers may hide the header
 */
export function noteServerTime(sdkPath: string, { headers }: Response): boolean {
  // A cache's copy says how old it is.
  const age = Number(headers.get('age') ?? 0) * 1000;
  const offset = Date.parse(headers.get('date') ?? '') + age - Date.now();
  if (!Number.isFinite(offset)) return false;
  measured.set(sdkPath, { offset: Math.abs(offset) > knownOffset ? offset : 0, at: Date.now() });
  return true;
}

/** AbortSignal.timeout, which Safari has since 16 only. @param ms until the signal aborts */
export function timeout(ms: number): AbortSignal {
  const controller = new AbortController();
  setTimeout(() => controller.abort(), ms);
  return controller.signal;
}
