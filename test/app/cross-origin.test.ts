import type { RouteOptions } from 'fastify';
import { test } from 'tap';
import { startTestServer } from '../helper.js';
import { listRoutes } from './list-routes.js';
import { addPortal, askForPage, headersOf, type PageAnswer, portal } from './page-answers.js';

type Rule = 'none' | 'public' | 'applications' | 'capture';

/** Which pages may read the answers of which paths. A path that no line describes fails the test: decide, and add it. */
const rules: readonly (readonly [paths: RegExp, rule: Rule])[] = [
  [/^\/api\/token(\/refresh)?\/?$/, 'none'],
  [/^\/api\/v1\/((basic|id-verifications)\/)?face\/liveness$/, 'none'],
  [/^\/api\/(v[\d.]+\/)?biometrics\//, 'capture'],
  [/^(\/gateway)?\/realms\/:realm(|\/\.well-known\/openid-configuration|\/protocol\/openid-connect\/certs)$/, 'public'],
  [/^(\/gateway)?\/realms\/:realm\/protocol\/openid-connect\/(token|token\/introspect|userinfo|revoke)$/, 'applications'],
  [/^(\/gateway)?\/realms\/:realm\/protocol\/openid-connect\/(auth|logout|3p-cookies|login-status-iframe)/, 'none'],
  [/^(\/gateway)?\/realms\/:realm\/login-actions\//, 'none'],
  [/^(\/gateway)?(\/[a-z-]+-sdk)?\/v1\/(check_liveness|compare_face|face-liveness)/, 'applications'],
  [/^\/v1\/identify$/, 'applications'],
  [/^\/triface\/v1\/capture\/keys$/, 'capture'],
  [/^\/triface\/v1\//, 'applications'],
  [/^\/triface\/capture(\/|$)/, 'public'],
  [/^\/(health\/(live|ready)|metrics)$/, 'none'],
];
const ruleOf = (path: string): Rule | undefined => rules.find(([paths]) => paths.test(path))?.[1];

const env = {
  TRIFACE_FACE_LIVENESS_ALIASES: 'true',
  TRIFACE_PATH_PREFIX: '/gateway',
  TRIFACE_ORIGINS: 'https://listed.example',
  TRIFACE_CAPTURE_ORIGINS: 'https://kiosk.example',
};
const named = [portal, 'https://listed.example', 'http://localhost:5173'];
const origins = [...named, 'https://kiosk.example', 'https://evil.example', 'null', undefined];

/** What the answer to an origin says. */
const expectedFor = (rule: Rule, origin: string | undefined, setting: string | null = null): string | null => {
  if (rule === 'none') return null;
  if (rule === 'public') return '*';
  const isNamed = origin !== undefined && (named.includes(origin) || (rule === 'capture' && origin === 'https://kiosk.example'));
  return isNamed ? origin : setting;
};

interface Route {
  readonly method: string;
  readonly url: string;
  readonly path: string;
}

async function readRoutes(): Promise<Route[]> {
  const flat = ({ method, url }: RouteOptions) => [method].flat().map((one) => ({ method: one, url }));
  const path = (url: string): string =>
    url
      .replace(':realm', 'triface')
      .replace(/:\w+(\(.*?\))?/g, '1')
      .replace('*', 'index.html');
  return (await listRoutes(env)).flatMap(flat).map(({ method, url }) => ({ method, url, path: path(url) }));
}

/** The status of an OPTIONS that is not allowed: that of any method that a path does not have. */
const refusalOf = (url: string): number => {
  // Contract B authenticates first.
  if (url.startsWith('/api/v1/')) return 401;
  return url.startsWith('/triface/capture') ? 404 : 405;
};

/** What is wrong with the headers of an answer. */
function findFault(rule: Rule, expected: string | null, answer: PageAnswer): string | undefined {
  if (answer.allowed !== expected) return `allows ${answer.allowed}, not ${expected}`;
  if (answer.credentials !== (expected === null || expected === '*' ? null : 'true')) return `credentials ${answer.credentials}`;
  if (answer.varies !== (rule === 'applications' || rule === 'capture')) return `varies: ${answer.varies}`;
  return undefined;
}

test('each route, asked from each origin, allows what its rule says, and preflights succeed for the same', async (t) => {
  const routes = await readRoutes();
  t.same(
    routes.filter(({ url }) => ruleOf(url) === undefined).map(({ method, url }) => `${method} ${url}`),
    [],
    'every route has a rule',
  );
  const leaks: string[] = [];
  process.on('warning', ({ name, message }) => name === 'MaxListenersExceededWarning' && leaks.push(message));
  const server = await startTestServer(t, env);
  await addPortal(t, server);
  const faults: string[] = [];
  const methodsAt = (path: string, origin: string | undefined) =>
    routes
      .filter((route) => route.path.replace(/\/$/, '') === path.replace(/\/$/, '') && expectedFor(ruleOf(route.url)!, origin))
      .map(({ method }) => method);
  for (const { method, url, path } of routes)
    await Promise.all(
      origins.map(async (origin) => {
        const rule = ruleOf(url)!;
        const expected = expectedFor(rule, origin);
        const name = `${method} ${path} from ${origin}`;
        const answer = await askForPage(server.url + path, method, headersOf(origin));
        const fault = findFault(rule, expected, answer) ?? (expected !== null && !answer.exposed ? 'exposes nothing' : undefined);
        if (fault) faults.push(`${name}: ${answer.status} ${fault}`);
        const asked = headersOf(origin, { 'access-control-request-method': method });
        const preflight = await askForPage(server.url + path, 'OPTIONS', asked);
        // Without an origin it is not a preflight request.
        const allowed = origin === undefined ? null : expected;
        const status = allowed === null ? refusalOf(url) : 204;
        const wrong = findFault(rule, allowed, preflight);
        if (preflight.status !== status || wrong) faults.push(`preflight ${name}: ${preflight.status} ${wrong}`);
        const methods = preflight.methods?.split(', ').sort();
        if (allowed !== null && String(methods) !== String([...new Set(methodsAt(path, origin))].sort()))
          faults.push(`preflight ${name}: methods ${methods}`);
        if (allowed === null && (preflight.methods ?? preflight.headers ?? preflight.exposed) !== null)
          faults.push(`preflight ${name}: ${preflight.methods} ${preflight.headers}`);
      }),
    );
  t.same(faults, []);
  t.same(leaks, [], 'Node suspects no leak of listeners');
  t.ok(routes.length > 100, `${routes.length} routes`);
});
