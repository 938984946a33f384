import type { IncomingMessage } from 'node:http';
import type { FastifyInstance, FastifyReply, FastifyRequest, RouteOptions } from 'fastify';
import { isWebOrigin, type NamedOrigins, type Origins } from '../../base/origins.js';
import type { CrossOriginRule } from '../route-config.js';
import type { KnownPaths } from './known-paths.js';

/** Whose pages are allowed what. */
export interface CrossOriginParts {
  /** the origins of clients; `current` are those known at once */
  readonly clients: { readonly current: NamedOrigins; read(): Promise<NamedOrigins> };
  /** `TRIFACE_ORIGINS` */
  readonly origins: Origins;
  /** `TRIFACE_CAPTURE_ORIGINS` */
  readonly captureOrigins: Origins;
}

declare module 'fastify' {
  interface FastifyInstance {
    crossOrigin: CrossOriginAccess;
  }
}

/** Seconds for which browsers may cache the answer to a preflight request. */
const preflightSeconds = 600;

/** Request headers that pages may send: those that routes read, and those that libraries and tracing add to each request. */
const requestHeaders = [
  ...['accept', 'accept-language', 'authorization', 'content-type', 'if-match', 'x-request-id'],
  ...['cache-control', 'expires', 'if-modified-since', 'if-none-match', 'pragma', 'x-correlation-id', 'x-requested-with'],
  ...['baggage', 'sentry-trace', 'traceparent', 'tracestate'],
].join(', ');

/** Response headers that scripts may read beyond the safelisted ones. */
const responseHeaders = [
  ...['allow', 'content-disposition', 'date', 'etag', 'retry-after', 'www-authenticate', 'x-request-id'],
  ...['triface-duplicate-of', 'triface-erasure-receipt'],
].join(', ');

/** `named`: the origin was named by a client or a setting. `any`: it was not, and all others are allowed, too. */
type Allowance = 'named' | 'any';

/** Gives the routes of a scope a rule, unless they have one of their own. Call it before they are registered. */
export function setCrossOriginRule(app: FastifyInstance, rule: CrossOriginRule): void {
  app.addHook('onRoute', (route) => {
    route.config = { crossOrigin: rule, ...route.config };
  });
}

/**
 * Adds the policy to a server. Call it after `app.knownPaths` refuses other methods, and before any other hook may answer, so that its
 * errors can be read, too.
 */
export function addCrossOriginAccess(app: FastifyInstance, parts: CrossOriginParts): void {
  const access = new CrossOriginAccess(parts, app.knownPaths);
  app.decorate('crossOrigin', access);
  app.addHook('onRequest', async (request, reply) => {
    if (request.method === 'OPTIONS') return access.answerPreflight(request, reply);
    if (!request.is404) await access.apply(request, reply);
  });
  // Known before the first request, in case the database is out of order then.
  app.addHook('onReady', async () => void parts.clients.read());
}

/**
 * The policy of origins (CORS) of the whole server. A named origin gets its own name and may send cookies; if a setting allows any
 * origin, the others get `*`. Preflight requests succeed for the routes and methods that exist and that the origin may read. Every
 * other OPTIONS is answered like any method that a path does not have.
 */
class CrossOriginAccess {
  constructor(
    private readonly parts: CrossOriginParts,
    private readonly paths: KnownPaths,
  ) {}

  /** Sets the headers of an answer. @param clientId the client that asks, where it is known: then only its own origins count */
  async apply(request: FastifyRequest, reply: FastifyReply, clientId?: string): Promise<void> {
    const rule = request.routeOptions.config.crossOrigin ?? 'none';
    if (rule === 'none') return;
    const { origin } = request.headers;
    const allowance = this.#allow(rule, origin, await this.#readNamed(rule, origin), clientId);
    for (const name of Object.keys(headersOf(rule, 'named', ''))) reply.removeHeader(name);
    reply.headers(headersOf(rule, allowance, origin));
  }

  /** The headers of an answer that is written without a route, by what is known at once. */
  findHeaders({ method = '', url = '/', headers: { origin } }: Pick<IncomingMessage, 'method' | 'url' | 'headers'>) {
    const rule = ruleFor(this.paths.findRoutes(url), method);
    return headersOf(rule, this.#allow(rule, origin, this.parts.clients.current), origin);
  }

  /** Answers an OPTIONS if it is a preflight request that succeeds. */
  async answerPreflight({ url, headers }: FastifyRequest, reply: FastifyReply): Promise<FastifyReply | undefined> {
    const { origin, 'access-control-request-method': method } = headers;
    const routes = this.paths.findRoutes(url);
    const rules = [...routes].map(([name, { config }]) => [name, config?.crossOrigin ?? 'none'] as const);
    if (rules.some(([, rule]) => rule === 'applications' || rule === 'capture')) reply.header('vary', 'Origin');
    if (origin === undefined || method === undefined) return undefined;
    const rule = ruleFor(routes, method);
    const named = await this.#readNamed(rule, origin);
    const allowance = this.#allow(rule, origin, named);
    if (!allowance) return undefined;
    const methods = rules.flatMap(([name, rule]) => {
      if (!this.#allow(rule, origin, named)) return [];
      return name === 'GET' ? ['GET', 'HEAD'] : [name];
    });
    const { 'access-control-expose-headers': _, ...allowed } = headersOf(rule, allowance, origin);
    return reply
      .code(204)
      .headers({
        ...allowed,
        'access-control-allow-methods': methods.join(', '),
        'access-control-allow-headers': requestHeaders,
        'access-control-max-age': String(preflightSeconds),
        // A page from the internet calls a server of the local network: only if somebody named it.
        ...(allowance === 'named' &&
          headers['access-control-request-private-network'] === 'true' && { 'access-control-allow-private-network': 'true' }),
      })
      .send();
  }

  /** The origins of clients, if an answer depends on them. */
  async #readNamed(rule: CrossOriginRule, origin: string | undefined): Promise<NamedOrigins> {
    const { clients } = this.parts;
    const isAsked = rule !== 'none' && rule !== 'public' && origin !== undefined && isWebOrigin(origin);
    return isAsked ? clients.read() : clients.current;
  }

  #allow(rule: CrossOriginRule, origin: string | undefined, named: NamedOrigins, clientId?: string): Allowance | undefined {
    if (rule === 'none') return undefined;
    if (rule === 'public') return 'any';
    const { origins, captureOrigins } = this.parts;
    const settings = rule === 'capture' ? [origins, captureOrigins] : [origins];
    if (origin !== undefined && isWebOrigin(origin)) {
      if (settings.some((setting) => setting !== '*' && setting.includes(origin))) return 'named';
      if (named.has(origin, clientId)) return 'named';
    }
    return settings.includes('*') ? 'any' : undefined;
  }
}

/** The rule of a path's method. HEAD comes with GET. */
const ruleFor = (routes: ReadonlyMap<string, RouteOptions>, method: string): CrossOriginRule =>
  routes.get(method === 'HEAD' ? 'GET' : method)?.config?.crossOrigin ?? 'none';

/** `Vary` also where no origin is allowed or sent: caches must not give that answer to others. */
const headersOf = (rule: CrossOriginRule, allowance: Allowance | undefined, origin = ''): Record<string, string> => ({
  ...((rule === 'applications' || rule === 'capture') && { vary: 'Origin' }),
  ...(allowance && {
    'access-control-allow-origin': allowance === 'named' ? origin : '*',
    'access-control-expose-headers': responseHeaders,
  }),
  // Keycloak's adapters fetch tokens with `credentials: 'include'`. Browsers refuse this header beside `*`.
  ...(allowance === 'named' && { 'access-control-allow-credentials': 'true' }),
});
