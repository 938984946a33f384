import { Agent, request } from 'undici';
import { BenchClient } from '../growth/client.js';
import { credentials } from '../growth/installation.js';

/** Connections are closed before the server closes them, which would fail a request that is not repeated. */
const dispatcher = new Agent({ keepAliveTimeout: 1000, keepAliveMaxTimeout: 1000 });
/** Seconds after which tokens are renewed; contract A's are valid for five minutes. */
const tokenSeconds = 120;
/** Seconds that a client waits where a refusal does not say how long. */
const defaultRetrySeconds = 1;

/** How a request ended. */
export interface CallAnswer {
  readonly status: number;
  /** of a refusal; 1 if it does not say */
  readonly retryAfterSeconds: number;
}

/** One request that can be sent again and again. */
export interface Call {
  readonly name: string;
  /** Sends it and reads the answer to the end. */
  send(): Promise<CallAnswer>;
}

/** The liveness checks of the contracts, with their bodies as bytes: building them is not measured. */
export interface ContractCalls {
  readonly A: Call;
  readonly B: Call;
  readonly C: Call;
}

/** @param url of the server @param type MIME type of the picture */
export function prepareCalls(url: string, picture: Buffer, type = 'image/jpeg'): ContractCalls {
  const client = new BenchClient(() => url);
  const a = cached(() => client.logInA());
  const c = cached(async () => (await client.logInC()).access_token);
  const basic = `Basic ${Buffer.from(`${credentials.username}:${credentials.password}`).toString('base64')}`;
  const json = Buffer.from(JSON.stringify({ sessionId: 'bench', faceImageBase: picture.toString('base64') }));
  const call = (name: string, path: string, form: Form, authorization: () => Promise<string>): Call => ({
    name,
    async send() {
      const headers = { authorization: await authorization(), 'content-type': form.type };
      const answer = await request(url + path, { dispatcher, method: 'POST', headers, body: form.body });
      await answer.body.arrayBuffer();
      const seconds = Number(answer.headers['retry-after'] ?? Number.NaN);
      return { status: answer.statusCode, retryAfterSeconds: Number.isFinite(seconds) ? seconds : defaultRetrySeconds };
    },
  });
  const formA = writeForm({}, { name: 'selfie', type, bytes: picture });
  const formC = writeForm({ channel: 'WEB', reference: 'bench' }, { name: 'file', type, bytes: picture });
  return {
    A: call('contract A', '/api/v3/biometrics/liveness/', formA, async () => `Bearer ${await a()}`),
    B: call('contract B', '/api/v1/face/liveness', { type: 'application/json', body: json }, async () => basic),
    C: call('contract C', '/face-liveness-sdk/v1/check_liveness', formC, async () => `Bearer ${await c()}`),
  };
}

/** Sends a call that must succeed. @throws Error for any status but 200 */
export async function mustSucceed(call: Call): Promise<void> {
  const { status } = await call.send();
  if (status !== 200) throw new Error(`${call.name}: HTTP ${status}`);
}

interface Form {
  readonly type: string;
  readonly body: Buffer;
}

function writeForm(
  fields: Readonly<Record<string, string>>,
  file: { readonly name: string; readonly type: string; readonly bytes: Buffer },
): Form {
  const boundary = 'triface-bench-boundary';
  const head = (name: string, more: string): Buffer =>
    Buffer.from(`--${boundary}\r\nContent-Disposition: form-data; name="${name}"${more}\r\n\r\n`);
  return {
    type: `multipart/form-data; boundary=${boundary}`,
    body: Buffer.concat([
      ...Object.entries(fields).map(([name, value]) => Buffer.concat([head(name, ''), Buffer.from(`${value}\r\n`)])),
      head(file.name, `; filename="picture"\r\nContent-Type: ${file.type}`),
      file.bytes,
      Buffer.from(`\r\n--${boundary}--\r\n`),
    ]),
  };
}

/** A token that is asked for once by all clients together, and again when it is old. */
function cached(ask: () => Promise<string>): () => Promise<string> {
  let [token, until] = [Promise.resolve(''), 0];
  return () => {
    if (Date.now() > until) [token, until] = [ask(), Date.now() + tokenSeconds * 1000];
    return token;
  };
}
