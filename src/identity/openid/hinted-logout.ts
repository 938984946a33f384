import type { KoaContextWithOIDC, Provider } from 'oidc-provider';
import { endSession } from './first-party.js';

/** The claims of an ID token whose signature, issuer and client the library has checked. */
interface Hint {
  readonly typ?: string;
  readonly sub?: string;
  readonly sid?: string;
}

/**
 * Logs out without a question if the request has an ID token of the user who is signed in, or of the last one. The library always
 * asks. The token may be expired.
 * @param showLoggedOut the page for a logout that names no address of the application
 */
export function honourLogoutHints(provider: Provider, showLoggedOut: (ctx: KoaContextWithOIDC) => void): void {
  provider.use(async (ctx, next) => {
    await next();
    const context = ctx as unknown as KoaContextWithOIDC;
    if (context.oidc?.route !== 'end_session' || ctx.status !== 200) return;
    const { session, params, entities } = context.oidc;
    const hint = (entities.IdTokenHint as { payload: Hint } | undefined)?.payload;
    if (hint?.typ !== 'ID' || session === undefined) return;
    if (session.accountId !== undefined && session.accountId !== hint.sub) return;
    await endLogins(context, hint);
    const { post_logout_redirect_uri: target, state } = params as { post_logout_redirect_uri?: string; state?: string };
    if (target === undefined) return showLoggedOut(context);
    const url = new URL(target);
    if (state !== undefined) url.searchParams.append('state', state);
    ctx.status = 303;
    ctx.redirect(url.href);
  });
}

/** Ends the browser's session with all its logins, and the login of the hint, which may be of another browser. */
async function endLogins({ cookies, oidc }: KoaContextWithOIDC, { sub, sid }: Hint): Promise<void> {
  const { provider, session, client } = oidc;
  const hinted = sid === undefined ? undefined : await provider.Grant.find(sid);
  if (hinted?.accountId === sub && hinted?.clientId === client!.clientId) await hinted!.destroy();
  await endSession(provider, session!);
  cookies.set(provider.cookieName('session'), null, { path: new URL(provider.issuer).pathname });
}
