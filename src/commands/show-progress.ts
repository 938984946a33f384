import type { PrepareProgress } from '../inference/prepare/prepare-models.js';
import type { ModelCheck } from '../inference/prepare/verify-models.js';

/** Shows progress on stderr. On a terminal the line of the package being fetched is overwritten; otherwise every line stays. */
export function showProgress(out: NodeJS.WriteStream = process.stderr): (progress: PrepareProgress) => void {
  const passing = (text: string) => out.write(out.isTTY ? `\r\x1b[K${text}` : `${text}\n`);
  const lasting = (text: string) => out.write(out.isTTY ? `\r\x1b[K${text}\n` : `${text}\n`);
  return (progress) => {
    const line = describeProgress(progress);
    if (line !== undefined) (progress.event === 'fetching' ? passing : lasting)(line);
  };
}

/** One line about an event of the preparation; undefined for a model that is as it should be. */
export function describeProgress(progress: PrepareProgress): string | undefined {
  switch (progress.event) {
    case 'fetching':
      return `fetching ${progress.package} ${progress.version} …`;
    case 'made':
      return `prepared ${progress.file} (${(progress.bytes / 1e6).toFixed(1)} MB, ${Math.round(progress.ms)} ms)`;
    default:
      return progress.check.state === 'ok' ? undefined : describeCheck(progress.check);
  }
}

/** One line about how a prepared model compares with its manifest entry. */
export function describeCheck({ state, file, wanted, got }: ModelCheck): string {
  return state === 'broken' ? `corrupt  ${file}: SHA-256 is ${got}, expected ${wanted}` : `${state.padEnd(8)} ${file}`;
}
