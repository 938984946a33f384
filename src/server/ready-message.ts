import { commandName } from '../base/command-name.js';

/** What {@link describeReady} tells. */
export interface ReadyServer {
  readonly version: string;
  /** for example http://localhost:8080 */
  readonly url: string;
  /** false: it lacks a key, or its clock is wrong, as was announced before */
  readonly isReady: boolean;
  /** whether the capture page is served */
  readonly hasCapturePage: boolean;
  /** whether the documentation is installed: an image holds the program only */
  readonly hasDocs: boolean;
}

/** What a running server offers to open, for the operator. */
export function describeReady({ version, url, isReady, hasCapturePage, hasDocs }: ReadyServer): string {
  if (!isReady) return `Triface ${version} listens at ${url}, and answers 503 until it is ready (${url}/health/ready).\n`;
  const pages = [
    ...(hasCapturePage ? [['Capture page', `${url}/triface/capture/`]] : []),
    ['Health', `${url}/health/ready`],
    ['Metrics', `${url}/metrics`],
    ...(hasDocs ? [['Documentation', 'README.md, docs/contracts/, docs/operations.md']] : []),
    ['Settings', `${commandName} config`],
  ];
  const lines = pages.map(([name, place]) => `  ${name!.padEnd(13)} ${place}`);
  return `Triface ${version} is ready at ${url}\n\n${lines.join('\n')}\n`;
}
