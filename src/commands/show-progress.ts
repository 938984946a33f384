import type { PrepareProgress } from '../inference/prepare/prepare-models.js';
import type { ModelCheck } from '../inference/prepare/verify-models.js';

/** Progress on stderr: on a terminal the package being fetched is one passing line, else plain lines. */
export function showProgress(out: NodeJS.WriteStream = process.stderr): (progress: PrepareProgress) => void {
  const passing = (text: string) => out.write(out.isTTY ? `\r\x1b[K${text}` : `${text}\n`);
  const lasting = (text: string) => out.write(out.isTTY ? `\r\x1b[K${text}\n` : `${text}\n`);
  return (progress) => {
    if (progress.event === 'fetching') return void passing(`fetching ${progress.package} ${progress.version} …`);
    if (progress.event === 'made')
      return void lasting(`made     ${progress.file} (${(progress.bytes / 1e6).toFixed(1)} MB, ${Math.round(progress.ms)} ms)`);
    if (progress.check.state !== 'ok') lasting(describeCheck(progress.check));
  };
}

/** One prepared model against its entry in the manifest, as a line of text. */
export function describeCheck({ state, file, wanted, got }: ModelCheck): string {
  return state === 'broken' ? `broken   ${file}: SHA-256 ${got}, wanted ${wanted}` : `${state.padEnd(8)} ${file}`;
}
