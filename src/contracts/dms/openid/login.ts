import type { FastifyReply } from 'fastify';
import { errors, type Provider } from 'oidc-provider';
import type { Authenticator } from '../../../identity/authenticate.js';
import { endSession, stampOf } from '../../../identity/openid/first-party.js';
import { chooseLanguage } from '../../../platform/choose-language.js';
import { clientAddress } from '../../../platform/http/client-address.js';
import { type Fault, findLossOf } from './faults.js';
import { texts } from './language.js';
import { type Page, renderFault, renderLogin, renderProceed } from './pages.js';
import type { RealmRequest } from './public-address.js';

type Interaction = Awaited<ReturnType<Provider['interactionDetails']>>;

const languageOf = ({ request }: RealmRequest, interaction?: Interaction) =>
  chooseLanguage(interaction?.params.ui_locales as string | undefined, request.headers['accept-language']);

/** `GET` of the login page. */
export async function showLogin(on: RealmRequest): Promise<FastifyReply> {
  const interaction = await findInteraction(on);
  if (!interaction) return refuse(on);
  // The only other prompt is consent, which first-party clients already have.
  if (interaction.prompt.name === 'consent') return finish(on, { consent: {} });
  const username = typeof interaction.params.login_hint === 'string' ? interaction.params.login_hint : '';
  return send(on, 200, renderLogin({ language: languageOf(on, interaction), username, ...applicationOf(interaction) }));
}

/**
 * A login that the application began with a POST continues as a GET: browsers send the cookie of a session along with that only. What
 * the application asked for fits into a query, see `parameters.ts`. A page leads there and not a redirect, to which browsers would apply
 * the application's own `form-action`, and to those that follow.
 */
export const proceedToLogin = (on: RealmRequest): FastifyReply => send(on, 200, renderProceed(languageOf(on), `?${on.form}`));

/** `POST` of the login page. Accounts and limits are the same as for every other kind of login. */
export async function logIn(on: RealmRequest, authenticator: Authenticator): Promise<FastifyReply> {
  const { request, form } = on;
  const interaction = await findInteraction(on);
  // The cookie is SameSite=Lax, so another site's POST does not carry it. Browsers also report the origin explicitly.
  const site = request.headers['sec-fetch-site'];
  if (site !== undefined && site !== 'same-origin') return refuse(on, { kind: 'foreign-form' });
  if (interaction?.prompt.name !== 'login') return refuse(on);
  const username = form.get('username') ?? '';
  const password = form.get('password') ?? '';
  const result = await authenticator.authenticate({ username, password, address: clientAddress(request) });
  request.log.info({ ok: result.ok, client: interaction.params.client_id }, 'login');
  if (result.ok) {
    await leaveOtherSession(on, interaction, result.caller.accountId);
    return finish(on, { login: { accountId: result.caller.accountId, amr: stampOf(result.caller), remember: false } });
  }
  const language = languageOf(on, interaction);
  const fault = result.reason === 'invalid' ? texts[language].invalid : texts[language].throttled(result.retryAfterSeconds);
  if (result.reason === 'throttled') on.reply.header('retry-after', String(result.retryAfterSeconds));
  const page = renderLogin({ language, username: username.slice(0, 300), fault, ...applicationOf(interaction) });
  return send(on, result.reason === 'invalid' ? 401 : 429, page);
}

/** A page for a login that cannot continue. @param fault default: the login in progress is unknown */
async function refuse(on: RealmRequest, fault?: Pick<Fault, 'kind'>): Promise<FastifyReply> {
  const { request, provider } = on;
  const loss = findLossOf(request.headers.cookie, new URL(provider.issuer).origin);
  const known = { code: 'invalid_request', requestId: request.id, backTo: await findApplication(on) };
  return send(on, 400, renderFault(languageOf(on), { ...loss, ...fault, ...known }));
}

/** Where the login page's form says that the application is; only if it is registered there. */
async function findApplication({ form, provider }: RealmRequest): Promise<string | undefined> {
  const client = await provider.Client.find(form.get('client_id') ?? '');
  const uri = form.get('redirect_uri') ?? '';
  return client?.redirectUriAllowed(uri) ? uri : undefined;
}

/** The login in progress, if it belongs to this browser (signed cookie) and this page. */
async function findInteraction({ request, reply, provider }: RealmRequest): Promise<Interaction | undefined> {
  try {
    const interaction = await provider.interactionDetails(request.raw, reply.raw);
    return interaction.uid === (request.params as { uid: string }).uid ? interaction : undefined;
  } catch (error) {
    if (error instanceof errors.SessionNotFound) return undefined;
    throw error;
  }
}

/**
 * If another user is logged in in this browser, perhaps since a login in another tab, ends that session and its tokens and starts a
 * new one.
 */
async function leaveOtherSession({ request, reply, provider }: RealmRequest, interaction: Interaction, accountId: string) {
  const isOther = (session?: { accountId?: string | undefined }) => session?.accountId && session.accountId !== accountId;
  const here = await provider.Session.get(provider.createContext(request.raw, reply.raw) as never);
  const asked = isOther(interaction.session) ? await provider.Session.findByUid(interaction.session!.uid) : undefined;
  for (const session of [here, asked].filter(isOther)) await endSession(provider, session!);
  if (!isOther(interaction.session)) return;
  delete (interaction as { session?: unknown }).session;
  await interaction.save(interaction.exp - Math.floor(Date.now() / 1000));
}

const applicationOf = ({ params }: Interaction) => ({
  clientId: String(params.client_id ?? ''),
  redirectUri: String(params.redirect_uri ?? ''),
});

const send = ({ reply }: RealmRequest, status: number, { html, headers }: Page): FastifyReply =>
  reply.code(status).headers(headers).serializer(String).send(html);

async function finish(
  { request, reply, provider }: RealmRequest,
  result: Parameters<Provider['interactionResult']>[2],
): Promise<FastifyReply> {
  return reply.redirect(await provider.interactionResult(request.raw, reply.raw, result), 303);
}
