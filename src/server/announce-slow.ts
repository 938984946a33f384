/** Called with lines for the operator (stderr). They are not for the log: one of them holds the first password. */
export type Announce = (text: string) => void;

/** Milliseconds after which a step is announced. */
const slowMs = 700;

/** Announces a step that is not done soon, so that nobody waits without knowing why. @param step such as `Loading the models` */
export async function announceSlow<T>(announce: Announce, step: string, task: Promise<T>): Promise<T> {
  const timer = setTimeout(() => announce(`${step}…`), slowMs);
  try {
    return await task;
  } finally {
    clearTimeout(timer);
  }
}
