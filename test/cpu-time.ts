/** CPU time of this process since an earlier `process.cpuUsage()`, in seconds. Unlike the clock, it does not run while others compute. */
export function cpuSecondsSince(earlier: NodeJS.CpuUsage): number {
  const { user, system } = process.cpuUsage(earlier);
  return (user + system) / 1e6;
}
