import type { FastifyInstance, FastifyReply, FastifyRequest, RouteOptions } from 'fastify';

/** The body of a contract's answer to a method that a path does not have. */
export type RenderNotAllowed = (request: FastifyRequest, route: RouteOptions) => object;

interface KnownPath {
  readonly pattern: RegExp;
  readonly methods: Set<string>;
  readonly render: (request: FastifyRequest) => object;
}

declare module 'fastify' {
  interface FastifyInstance {
    knownPaths: KnownPaths;
  }
}

/** The paths of the routes, so that a wrong method is answered with 405 instead of 404, in the form of the path's contract. */
export class KnownPaths {
  readonly #paths = new Map<string, KnownPath>();

  /** Collects the routes that a scope registers from now on. */
  collect(scope: FastifyInstance, render: RenderNotAllowed): void {
    scope.addHook('onRoute', (route) => {
      const { url, method } = route;
      if (url.includes('*')) return;
      const path = url.replace(/\/$/, '');
      const known = this.#paths.get(path) ?? {
        pattern: toPattern(path),
        methods: new Set<string>(),
        render: (request) => render(request, route),
      };
      this.#paths.set(path, known);
      // HEAD comes with GET.
      for (const one of [method].flat()) if (one !== 'HEAD') known.methods.add(one.toUpperCase());
    });
  }

  /** Answers 405 with the methods that the path has; undefined if the path does not exist. */
  answerNotAllowed(request: FastifyRequest, reply: FastifyReply): FastifyReply | undefined {
    const path = decode(request.url.split('?')[0]!);
    const matching = [...this.#paths.values()].filter(({ pattern }) => pattern.test(path));
    const [first] = matching;
    if (!first) return undefined;
    const methods = new Set(matching.flatMap((known) => [...known.methods]));
    return reply
      .code(405)
      .header('allow', [...methods].join(', '))
      .send(first.render(request));
  }
}

/** As the router reads a path. */
function decode(path: string): string {
  try {
    return decodeURI(path);
  } catch {
    return path;
  }
}

/** A route's path as a pattern: with or without a trailing slash, as the router takes it. */
function toPattern(path: string): RegExp {
  const parts = path.split('/').map((part) => (part.startsWith(':') ? '[^/]+' : part.replace(/[.*+?^${}()|[\]\\]/g, '\\$&')));
  return new RegExp(`^${parts.join('/')}/?$`);
}
