import { randomUUID } from 'node:crypto';
import { errors, interactionPolicy, type KoaContextWithOIDC, type Provider } from 'oidc-provider';
import type { Caller } from '../caller.js';
import { RESOURCE, SCOPES } from './provider-settings.js';

/** The account of a session or token, in the form that oidc-provider expects. */
export interface ProviderAccount {
  readonly accountId: string;
  readonly caller: Caller;
  readonly [key: string]: unknown;
  claims(): Promise<{ sub: string; [claim: string]: unknown }>;
}

const VERSION = /^credential:(\d+)$/;

/**
 * The authentication methods (`amr`) stored with a session and its tokens: a password, and the credential version. A session or
 * token whose version is not the account's current one is void.
 */
export const stampOf = (caller: Caller): string[] => ['pwd', `credential:${caller.credentialVersion}`];

/** The credential version in `amr`; NaN if there is none. */
export const readStamp = (amr: readonly string[] | undefined): number =>
  Number(amr?.map((method) => VERSION.exec(method)?.[1]).find((version) => version !== undefined) ?? Number.NaN);

/** Grants a first-party client everything it may ask for, without consent. The grant's id becomes the tokens' `session_state`. */
export async function makeGrant(
  provider: Provider,
  accountId: string,
  clientId: string,
): Promise<InstanceType<Provider['Grant']>> {
  const grant = new provider.Grant({ accountId, clientId, jti: randomUUID() } as never);
  grant.addOIDCScope(SCOPES);
  grant.addResourceScope(RESOURCE, SCOPES);
  await grant.save();
  return grant;
}

/** oidc-provider's `loadExistingGrant`: the session's grant for this client, created if it does not exist. */
export async function loadGrant(ctx: KoaContextWithOIDC) {
  const { provider, session, client, account } = ctx.oidc;
  const grantId = ctx.oidc.result?.consent?.grantId ?? session!.grantIdFor(client!.clientId);
  const found = grantId ? await provider.Grant.find(grantId) : undefined;
  if (found?.accountId === account!.accountId) return found;
  return makeGrant(provider, account!.accountId, client!.clientId);
}

/** Ends a browser's session, and with it the logins and tokens of all its applications. */
export async function endSession(provider: Provider, session: InstanceType<Provider['Session']>): Promise<void> {
  for (const { grantId } of Object.values(session.authorizations ?? {}))
    if (grantId !== undefined) await provider.Grant.adapter.destroy(grantId);
  await session.destroy();
}

/** When to ask for the password. Consent is never asked for. */
export function makeInteractionPolicy() {
  const policy = interactionPolicy.base();
  policy.remove('consent');
  // A client may request the prompt `consent`; it passes without a question.
  policy.add(new interactionPolicy.Prompt({ name: 'consent', requestable: true }), 1);
  policy
    .get('login')!
    .checks.add(
      new interactionPolicy.Check('account_void', 'End-User authentication is required', 'login_required', (ctx) =>
        ctx.oidc.session?.accountId !== undefined && ctx.oidc.account === undefined
          ? interactionPolicy.Check.REQUEST_PROMPT
          : interactionPolicy.Check.NO_NEED_TO_PROMPT,
      ),
    );
  return policy;
}

/** @throws InvalidTarget if the resource is not ours */
export function describeResource(resource: string, accessSeconds: number, audience: string, kid: string) {
  if (resource !== RESOURCE) throw new errors.InvalidTarget();
  return {
    scope: SCOPES,
    audience,
    accessTokenTTL: accessSeconds,
    accessTokenFormat: 'jwt' as const,
    jwt: { sign: { alg: 'RS256' as const, kid } },
  };
}
