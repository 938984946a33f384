import { Agent, FormData, fetch } from 'undici';
import { credentials } from './installation.js';

/** Connections are closed before the server closes them, which would fail a request that is not repeated. */
const dispatcher = new Agent({ keepAliveTimeout: 1000, keepAliveMaxTimeout: 1000 });

/** Seconds after which tokens are renewed; contract A's are valid for five minutes. */
const tokenSeconds = 120;

/** Parts of a multipart form. */
export type FormParts = Readonly<Record<string, string | Buffer>>;

/** A request, and what is expected of it. */
export interface Request {
  /** whose authentication is sent: contract A's token, contract C's, or Basic */
  readonly as?: 'a' | 'c' | 'basic';
  readonly method?: string;
  readonly form?: FormParts;
  readonly json?: unknown;
  readonly urlEncoded?: Readonly<Record<string, string>>;
  /** statuses that are not an error (default: 200) */
  readonly expected?: readonly number[];
}

/** A multipart form. Not the tests' own: it would load tap. */
export function makeForm(parts: FormParts): FormData {
  const data = new FormData();
  for (const [name, value] of Object.entries(parts)) {
    if (typeof value === 'string') data.append(name, value);
    else data.append(name, new Blob([new Uint8Array(value)]), 'a.jpg');
  }
  return data;
}

/** A client of all contracts with the bench's account. */
export class BenchClient {
  #tokens = { a: '', c: '', until: 0 };
  readonly #basic = `Basic ${Buffer.from(`${credentials.username}:${credentials.password}`).toString('base64')}`;

  /** @param url of the server at present */
  constructor(private readonly url: () => string) {}

  /** Forgets the tokens: a server was started again. */
  forget(): void {
    this.#tokens = { a: '', c: '', until: 0 };
  }

  /**
   * Sends a request and reads its answer to the end.
   * @returns the status, and the body as JSON if it is that
   * @throws Error for a status that is not expected
   */
  async send(
    path: string,
    request: Request = {},
  ): Promise<{ readonly status: number; readonly body: unknown; readonly bytes: number }> {
    const { as, method, form, json, urlEncoded, expected = [200] } = request;
    const headers: Record<string, string> = {};
    if (as === 'basic') headers.authorization = this.#basic;
    else if (as) headers.authorization = `Bearer ${(await this.#read())[as]}`;
    if (json !== undefined) headers['content-type'] = 'application/json';
    const body = form
      ? makeForm(form)
      : urlEncoded
        ? new URLSearchParams(urlEncoded)
        : json !== undefined
          ? JSON.stringify(json)
          : undefined;
    const response = await fetch(this.url() + path, {
      dispatcher,
      headers,
      method: method ?? (body === undefined ? 'GET' : 'POST'),
      ...(body === undefined ? {} : { body }),
    });
    const bytes = Buffer.from(await response.arrayBuffer());
    if (!expected.includes(response.status))
      throw new Error(`${method ?? ''} ${path}: HTTP ${response.status} ${bytes.toString().slice(0, 300)}`);
    const isJson = (response.headers.get('content-type') ?? '').startsWith('application/json');
    return { status: response.status, body: isJson ? JSON.parse(bytes.toString()) : undefined, bytes: bytes.length };
  }

  /** Logs in to contract A. @returns its token */
  async logInA(user: { readonly username: string; readonly password: string } = credentials): Promise<string> {
    return ((await this.send('/api/token/', { urlEncoded: { ...user } })).body as { access: string }).access;
  }

  /** Logs in to contract C. @returns its tokens */
  async logInC(grant: Readonly<Record<string, string>> = { grant_type: 'password', ...credentials }) {
    const path = '/realms/triface/protocol/openid-connect/token';
    const { body } = await this.send(path, { urlEncoded: { client_id: 'triface', ...grant } });
    return body as { readonly access_token: string; readonly refresh_token: string };
  }

  async #read(): Promise<{ readonly a: string; readonly c: string }> {
    if (Date.now() > this.#tokens.until) {
      const until = Date.now() + tokenSeconds * 1000;
      const a = await this.logInA();
      this.#tokens = { a, c: (await this.logInC()).access_token, until };
    }
    return this.#tokens;
  }
}
