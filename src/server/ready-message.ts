/** What {@link describeReady} tells. */
export interface ReadyServer {
  readonly version: string;
  /** for example http://localhost:8080 */
  readonly url: string;
  /** whether the capture page is served */
  readonly hasCapturePage: boolean;
}

/** What a running server offers to open, for the operator. */
export function describeReady({ version, url, hasCapturePage }: ReadyServer): string {
  const pages = [
    ...(hasCapturePage ? [['Try it', `${url}/triface/capture/`]] : []),
    ['Health', `${url}/health/ready`],
    ['Metrics', `${url}/metrics`],
    ['API', 'README.md, docs/contracts/, openapi.yaml'],
    ['Settings', 'npx triface config, docs/operations.md'],
  ];
  const lines = pages.map(([name, place]) => `  ${name!.padEnd(9)} ${place}`);
  return `Triface ${version} is ready at ${url}\n\n${lines.join('\n')}\n\nPress Ctrl-C to stop.`;
}
