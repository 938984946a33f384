/** Replaces this program by another in the same process, and ends all its threads; Node 20 does not have it. */
type Execve = (file: string, args: readonly string[], env: Record<string, string>) => never;
const { execve } = process as { execve?: Execve };

/**
 * Whether {@link endAtOnce} is certain to end the process cleanly. As process 1 (of a container without an init) it needs
 * `process.execve`, which Node has since 22.15.
 */
export const canEndAtOnce = process.pid !== 1 || execve !== undefined;

/** Exit code of a process that was ended by SIGTERM, as shells and containers report it. */
const terminated = 143;

/**
 * Ends this process immediately, with exit code 143 as SIGTERM does. `process.exit` would wait for threads that are inside native
 * code, and crash when one of them returns from onnxruntime. Use it only after an orderly stop was tried, or if none is wanted:
 * everything acknowledged is on disk.
 */
export function endAtOnce(): void {
  if (process.pid !== 1) {
    // Without a listener the kernel's default applies: it ends the process without running any of its code.
    process.removeAllListeners('SIGTERM');
    process.kill(process.pid, 'SIGTERM');
  } else if (execve) {
    // The kernel protects process 1 from signals without a handler, even from its own SIGKILL. Another program in its place ends all
    // threads.
    execve(process.execPath, [process.execPath, '-e', `process.exit(${terminated})`], {});
  } else process.exit(terminated);
}
