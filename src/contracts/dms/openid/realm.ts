import type { FastifyInstance, FastifyReply, FastifyRequest, HTTPMethods, preSerializationAsyncHookHandler } from 'fastify';
import type { KoaContextWithOIDC } from 'oidc-provider';
import { withBrowser } from '../../../identity/openid/browser-state.js';
import type { EmbeddedRealm } from '../../../identity/openid/embedded-realm.js';
import { LOGIN_PATH, ROUTES } from '../../../identity/openid/provider-settings.js';
import { chooseLanguage } from '../../../platform/choose-language.js';
import type { CrossOriginRule } from '../../../platform/route-config.js';
import { OAuthError } from '../errors.js';
import { settleCredentials } from './client-credentials.js';
import { describeAnswer, describeError } from './faults.js';
import { answerStatus, FRAMES, sendCookieFrame, sendStatusFrame } from './keycloak-frames.js';
import { logIn, proceedToLogin, showLogin } from './login.js';
import { type Page, renderFault, renderLoggedOut, renderLogout } from './pages.js';
import { readClientId, readParameters } from './parameters.js';
import { passForJson, passGrantOn, passLoginOn, passLogoutOn, passOn, passPageOn, passTokenOn } from './passing.js';
import { findRealmUrl, giveBodyBack, presentPublicAddress, type RealmRequest } from './public-address.js';
import { describeRealm } from './realm-information.js';
import { describeRoute } from './wire.js';

/** In bytes; forms have only a few fields. */
const BODY_LIMIT = 57_344;

/** Dependencies and settings of the routes. */
export interface RealmRoutesOptions {
  readonly realm: EmbeddedRealm;
  /** gateway prefixes under which the realm answers */
  readonly prefixes: readonly string[];
}

/** The embedded OpenID provider at Keycloak's paths below `/realms/{realm}`, and its login page. */
export async function realmRoutes(app: FastifyInstance, { realm, prefixes }: RealmRoutesOptions): Promise<void> {
  const path = `/realms/${realm.realm}`;
  const providers = realm.openProviders({ error: showError, confirmLogout, loggedOut }, (err) =>
    app.log.error({ err }, 'the OpenID provider failed'),
  );
  // oidc-provider parses and validates the bodies itself.
  app.removeAllContentTypeParsers();
  app.addContentTypeParser(
    '*',
    { parseAs: 'buffer', bodyLimit: BODY_LIMIT },
    async (_request: FastifyRequest, body: unknown) => body,
  );

  /** For routes on which clients authenticate. */
  const withClient = (handle: (on: RealmRequest) => unknown) => async (on: RealmRequest) => {
    await settleCredentials(on, (id) => realm.clients.find(id));
    return handle(on);
  };
  for (const prefix of prefixes) {
    const ready = async (request: FastifyRequest, reply: FastifyReply): Promise<RealmRequest> => {
      if ((request.params as { realm: string }).realm !== realm.realm) throw new OAuthError(404, 'Realm does not exist');
      const publicUrl = findRealmUrl(request, realm.publicUrl, prefix);
      const provider = await providers.for(publicUrl + path);
      if (Buffer.isBuffer(request.body)) giveBodyBack(request, request.body);
      const form = readParameters(request);
      await app.crossOrigin.apply(request, reply, readClientId(request, form));
      presentPublicAddress(request, reply, publicUrl, path);
      return { request, reply, provider, form };
    };
    const route = (method: HTTPMethods, below: string, handle: (on: RealmRequest) => unknown = passOn) => {
      const { schema, read } = describeRoute(method, below, prefix === '');
      app.route({
        method,
        url: `${prefix}/realms/:realm${below}`,
        schema,
        config: { oauth: true, crossOrigin: crossOriginRules.get(below) ?? 'none', ...read },
        // Every page that keycloak-js runs on polls it.
        ...(below === FRAMES.statusAnswer && { logLevel: 'warn' }),
        handler: (request, reply) => withBrowser(request.raw, reply.raw, async () => handle(await ready(request, reply))),
        ...(isForBrowsers(below) && { preSerialization: answerWithPage(below.startsWith(ROUTES.end_session)) }),
      });
    };

    route('GET', '', (on) => describeRealm(on, realm));
    route('GET', '/.well-known/openid-configuration', passForJson);
    route('GET', ROUTES.authorization, passLoginOn);
    route('POST', ROUTES.authorization, proceedToLogin);
    // Without an id the library would answer with a text.
    route('GET', `${ROUTES.authorization}/:uid(^.+$)`, passPageOn);
    route('POST', ROUTES.token, withClient(passGrantOn));
    route('GET', ROUTES.userinfo, passForJson);
    route('POST', ROUTES.userinfo, passForJson);
    route('GET', ROUTES.jwks, passForJson);
    route('POST', ROUTES.revocation, withClient(passTokenOn));
    route('POST', ROUTES.introspection, withClient(passTokenOn));
    route('GET', ROUTES.end_session, passPageOn);
    route('POST', ROUTES.end_session, withClient(passLogoutOn));
    route('POST', `${ROUTES.end_session}/confirm`);
    route('GET', `${ROUTES.end_session}/success`);
    route('GET', FRAMES.cookies, sendCookieFrame);
    route('GET', FRAMES.status, sendStatusFrame);
    route('GET', FRAMES.statusAnswer, (on) => answerStatus(on, realm.clients));
    route('GET', `${LOGIN_PATH}/:uid(^.+$)`, showLogin);
    route('POST', `${LOGIN_PATH}/:uid(^.+$)`, (on) => logIn(on, realm.authenticator));
  }
}

/** Whose pages may read the answers for programs, by path below the realm. Pages for people are for no script. */
const crossOriginRules: ReadonlyMap<string, CrossOriginRule> = new Map([
  ['', 'public'],
  ['/.well-known/openid-configuration', 'public'],
  [ROUTES.jwks, 'public'],
  [ROUTES.token, 'applications'],
  [`${ROUTES.token}/introspect`, 'applications'],
  [ROUTES.userinfo, 'applications'],
  [ROUTES.revocation, 'applications'],
]);

/** Whether the response of a route below the realm is for a person to read. */
const isForBrowsers = (below: string): boolean =>
  [ROUTES.authorization, ROUTES.end_session, LOGIN_PATH].some((path) => below.startsWith(path));

/** Answers a person's browser with a page where programs get an error in JSON. */
const answerWithPage =
  (isLogout: boolean): preSerializationAsyncHookHandler =>
  async (request, reply, payload) => {
    if (reply.statusCode < 400 || !request.headers.accept?.includes('text/html')) return payload;
    const fault = describeAnswer(request, reply, payload as { error: string }, isLogout);
    const { html, headers } = renderFault(chooseLanguage(request.headers['accept-language']), fault);
    reply.headers(headers).serializer(String);
    return html;
  };

const languageOf = (ctx: KoaContextWithOIDC) =>
  chooseLanguage(ctx.oidc.params?.ui_locales as string | undefined, ctx.get('accept-language'));

function show(ctx: KoaContextWithOIDC, { html, headers }: Page): void {
  ctx.set({ ...headers });
  ctx.body = html;
}

const showError = (ctx: KoaContextWithOIDC, code: string, error?: Error): void =>
  show(ctx, renderFault(languageOf(ctx), describeError(ctx, code, error)));

const confirmLogout = (ctx: KoaContextWithOIDC, form: string): void => show(ctx, renderLogout(languageOf(ctx), form));

const loggedOut = (ctx: KoaContextWithOIDC): void => show(ctx, renderLoggedOut(languageOf(ctx)));
