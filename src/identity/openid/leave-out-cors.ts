import type { Provider } from 'oidc-provider';

/** A header of CORS that allows nothing. */
const mark = 'access-control-expose-headers';

/**
 * Leaves CORS to the server, whose headers are set before the provider is called. The library skips its own part, which would allow
 * any origin or refuse the request, if the answer has a header of CORS already.
 */
export function leaveOutCors(provider: Provider): void {
  provider.use(async (ctx, next) => {
    const isMarked = ctx.res.hasHeader(mark);
    if (!isMarked) ctx.set(mark, 'x-request-id');
    try {
      await next();
    } finally {
      if (!isMarked) ctx.remove(mark);
    }
  });
}
