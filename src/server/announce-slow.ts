/**
 * Where a line for the operator belongs, who sees it at a terminal, beside the log, or else in the log:
 *   - `notice`, `warning`: in either;
 *   - `terminal`: not in the log, which says the same in a line of its own;
 *   - `log`: not at a terminal;
 *   - `secret`: the first password. It must be shown, and not be logged.
 */
export type LineKind = 'notice' | 'warning' | 'terminal' | 'log' | 'secret';

/** Called with lines for the operator (see {@link LineKind}; default `notice`). */
export type Announce = (text: string, kind?: LineKind) => void;

/** Milliseconds after which a step is announced at a terminal. */
const slowMs = 700;

/** Announces a step that is not done soon, so that nobody waits without knowing why. @param step such as `Loading the models` */
export async function announceSlow<T>(announce: Announce, step: string, task: Promise<T>): Promise<T> {
  announce(step, 'log');
  const timer = setTimeout(() => announce(`${step}…`, 'terminal'), slowMs);
  try {
    return await task;
  } finally {
    clearTimeout(timer);
  }
}
