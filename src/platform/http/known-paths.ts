import type { FastifyInstance, FastifyReply, FastifyRequest, RouteOptions } from 'fastify';

/** The body of a contract's answer to a method that a path does not have. */
export type RenderNotAllowed = (request: FastifyRequest, route: RouteOptions) => object;

interface KnownPath {
  readonly pattern: RegExp;
  /** by method */
  readonly routes: Map<string, RouteOptions>;
  readonly render: (request: FastifyRequest) => object;
}

declare module 'fastify' {
  interface FastifyInstance {
    knownPaths: KnownPaths;
  }
}

/** Answers a request that no route takes. */
export type AnswerUnknown = (request: FastifyRequest, reply: FastifyReply) => FastifyReply;

/**
 * The paths of the routes, and the answers to requests that no route takes: 405 where only the method is wrong, in the form of the
 * path's contract, otherwise 404.
 */
export class KnownPaths {
  readonly #paths = new Map<string, KnownPath>();

  /** Sets the 404 of a scope. */
  setNotFound(scope: FastifyInstance, answer: AnswerUnknown): void {
    scope.setNotFoundHandler((request, reply) => this.#answerNotAllowed(request, reply) ?? answer(request, reply));
  }

  /** Collects the routes that a scope registers from now on. A nested scope that does so, too, has its own 405. */
  collect(scope: FastifyInstance, render: RenderNotAllowed): void {
    scope.addHook('onRoute', (route) => {
      const { url, method } = route;
      const path = url.replace(/\/$/, '');
      const { routes = new Map<string, RouteOptions>() } = this.#paths.get(path) ?? {};
      this.#paths.set(path, { pattern: toPattern(path), routes, render: (request) => render(request, route) });
      // HEAD comes with GET.
      for (const one of [method].flat()) if (one !== 'HEAD') routes.set(one.toUpperCase(), route);
    });
  }

  /**
   * Refuses methods that a fixed path does not have where the router would take its last part for a parameter: OpenAPI, too, gives
   * fixed paths precedence. Call it before the scopes authenticate.
   */
  refuseOtherMethods(app: FastifyInstance): void {
    app.addHook('onRequest', async (request, reply) => {
      const { url } = request.routeOptions;
      if (!url?.includes('/:')) return;
      const path = pathOf(request.url);
      if (path !== url && this.#paths.has(path)) return this.#answerNotAllowed(request, reply);
    });
  }

  /** The routes of a path, by method. @param url path, with or without a query */
  findRoutes(url: string): ReadonlyMap<string, RouteOptions> {
    return new Map(this.#match(pathOf(url)).flatMap(({ routes }) => [...routes]));
  }

  #answerNotAllowed(request: FastifyRequest, reply: FastifyReply): FastifyReply | undefined {
    // Which paths below a wildcard exist is not known.
    const matching = this.#match(pathOf(request.url)).filter(({ pattern }) => !pattern.source.includes('.*'));
    const [first] = matching;
    if (!first) return undefined;
    const methods = new Set(matching.flatMap(({ routes }) => [...routes.keys()]));
    return reply
      .code(405)
      .header('allow', [...methods].join(', '))
      .send(first.render(request));
  }

  /** A fixed path has precedence over those with parameters. */
  #match(path: string): KnownPath[] {
    const fixed = this.#paths.get(path);
    return fixed ? [fixed] : [...this.#paths.values()].filter(({ pattern }) => pattern.test(path));
  }
}

/** The path of a request's URL as the router reads it, without a trailing slash. */
function pathOf(url: string): string {
  const path = url.split('?')[0]!.replace(/\/$/, '');
  try {
    return decodeURI(path);
  } catch {
    return path;
  }
}

/** A route's path as a pattern. */
function toPattern(path: string): RegExp {
  const parts = path.split('/').map((part) => {
    if (part === '*') return '.*';
    return part.startsWith(':') ? '[^/]+' : part.replace(/[.*+?^${}()|[\]\\]/g, '\\$&');
  });
  return new RegExp(`^${parts.join('/')}$`);
}
