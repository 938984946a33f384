import type { PrepareProgress } from '../inference/prepare/prepare-models.js';
import type { ModelCheck } from '../inference/prepare/verify-models.js';

/** Shows progress on stderr. On a terminal the line of the package being fetched is overwritten; otherwise every line stays. */
export function showProgress(out: NodeJS.WriteStream = process.stderr): (progress: PrepareProgress) => void {
  const passing = (text: string) => out.write(out.isTTY ? `\r\x1b[K${text}` : `${text}\n`);
  const lasting = (text: string) => out.write(out.isTTY ? `\r\x1b[K${text}\n` : `${text}\n`);
  return (progress) => {
    if (progress.event === 'fetching') return void passing(`fetching ${progress.package} ${progress.version} …`);
    if (progress.event === 'made')
      return void lasting(`prepared ${progress.file} (${(progress.bytes / 1e6).toFixed(1)} MB, ${Math.round(progress.ms)} ms)`);
    if (progress.check.state !== 'ok') lasting(describeCheck(progress.check));
  };
}

/** One line about how a prepared model compares with its manifest entry. */
export function describeCheck({ state, file, wanted, got }: ModelCheck): string {
  return state === 'broken' ? `corrupt  ${file}: SHA-256 is ${got}, expected ${wanted}` : `${state.padEnd(8)} ${file}`;
}
