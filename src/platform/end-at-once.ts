/**
 * Ends this process immediately. `process.exit` would wait for threads that are inside native code, and abort when one of them
 * returns from onnxruntime. Use it only after an orderly stop was tried, or if none is wanted: everything acknowledged is on
 * disk.
 */
export function endAtOnce(): void {
  process.kill(process.pid, 'SIGKILL');
}
