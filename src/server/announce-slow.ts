/**
 * What a line for the operator is:
 *   - `begin`: a step begins; for the log. At a terminal only a step that takes long is worth a line, which `slow` is;
 *   - `known`: for a terminal only, because the log has a line of its own that says the same;
 *   - `secret`: the first password, which must be shown and not be logged;
 *   - `notice`, `warning`: for both.
 */
export type LineKind = 'begin' | 'slow' | 'known' | 'secret' | 'notice' | 'warning';

/** Called with lines for the operator (see {@link LineKind}; default `notice`). */
export type Announce = (text: string, kind?: LineKind) => void;

/** Milliseconds after which a step is announced at a terminal. */
const slowMs = 700;

/** Announces a step that is not done soon, so that nobody waits without knowing why. @param step such as `Loading the models` */
export async function announceSlow<T>(announce: Announce, step: string, task: Promise<T>): Promise<T> {
  announce(step, 'begin');
  const timer = setTimeout(() => announce(`${step}…`, 'slow'), slowMs);
  try {
    return await task;
  } finally {
    clearTimeout(timer);
  }
}
