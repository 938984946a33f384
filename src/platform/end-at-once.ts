/**
 * Ends this process now, whatever its threads do. `process.exit` would wait for those that are inside native code, and abort when one of
 * them comes back from onnxruntime. Only for when an orderly end was tried, or is not wanted: everything acknowledged is on the disk.
 */
export function endAtOnce(): void {
  process.kill(process.pid, 'SIGKILL');
}
