import { AsyncLocalStorage } from 'node:async_hooks';
import type { KoaContextWithOIDC, Provider } from 'oidc-provider';
import { UnavailableError } from '../../base/unavailable-error.js';

/** The request that is being answered, and why it cannot be. */
interface Note {
  failure?: UnavailableError;
}

const requests = new AsyncLocalStorage<Note>();

/**
 * An adapter whose UnavailableErrors are noted with the request. The library turns some errors of adapters into answers of its own,
 * for example `invalid_token`, and redirects to the client with others.
 */
export function noteUnavailable<T extends object>(adapter: T): T {
  return new Proxy(adapter, {
    get(target, name) {
      const value: unknown = Reflect.get(target, name);
      if (typeof value !== 'function') return value;
      return async (...parameters: unknown[]) => {
        try {
          return await value.apply(target, parameters);
        } catch (error) {
          note(error);
          throw error;
        }
      };
    },
  });
}

function note(error: unknown): void {
  const request = requests.getStore();
  if (request && error instanceof UnavailableError) request.failure = error;
}

/**
 * Answers requests that met an UnavailableError with 503: with the page if the library answers with a page or a redirect, otherwise
 * with OAuth's JSON. Call it before anything else is added to the provider.
 * @param showPage sets type, headers and body
 */
export function answerUnavailable(provider: Provider, showPage: (ctx: KoaContextWithOIDC, error: string) => void): void {
  provider.on('server_error', (_ctx, error) => note(error));
  provider.on('grant.error', (_ctx, error) => note(error));
  provider.use(async (ctx, next) => {
    const request: Note = {};
    try {
      await requests.run(request, next);
    } catch (error) {
      // Saving a session comes after the library's own handling of errors.
      if (!(error instanceof UnavailableError)) throw error;
      request.failure = error;
    }
    const { failure } = request;
    if (!failure) return;
    const isPage = ctx.accepts('json', 'html') === 'html' || ctx.response.is('html') || (ctx.status >= 300 && ctx.status < 400);
    ctx.remove('location');
    ctx.remove('www-authenticate');
    ctx.set('cache-control', 'no-store');
    if (isPage) showPage(ctx as unknown as KoaContextWithOIDC, 'temporarily_unavailable');
    else {
      ctx.type = 'json';
      ctx.body = {
        error: 'temporarily_unavailable',
        error_description: 'The service is temporarily unavailable, try again later',
      };
    }
    ctx.status = 503;
    ctx.set('retry-after', String(failure.retryAfterSeconds));
  });
}
