// Not a test: a server whose engine webgpu.test.ts also asks directly, with a deadline in milliseconds as argument. SwiftShader may
// take a minute for a picture, and the server closes a connection that is silent for so long.
import '../../src/base/no-telemetry.js';
import { type AnalysisOutcome, Engine } from '../../src/analysis/engine.js';
import { loadConfig } from '../../src/config/load.js';
import { startServer } from '../../src/server/start-server.js';

/** What the test sends: pictures in base64, to be analysed at once; or the end. */
export type LabOrder = readonly string[] | 'stop';

/** What it gets: the URL when the server is ready, then outcomes. */
export type LabAnswer = { readonly url: string } | { readonly outcomes: readonly AnalysisOutcome[] };

let engine: Engine | undefined;
const server = await startServer(loadConfig(process.env), {
  version: 'test',
  announce: () => {},
  openEngine: async (options) => {
    engine = await Engine.open({ ...options, deadlineMs: Number(process.argv[2]) });
    return engine;
  },
});

const send = (answer: LabAnswer): void => void process.send!(answer);

process.on('message', async (order: LabOrder) => {
  if (order === 'stop') {
    await server.stop();
    process.disconnect();
    return;
  }
  send({ outcomes: await Promise.all(order.map((picture) => engine!.analyze({ bytes: Buffer.from(picture, 'base64') }))) });
});
send({ url: server.url });
