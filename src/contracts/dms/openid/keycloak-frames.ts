import { createHash } from 'node:crypto';
import type { FastifyReply } from 'fastify';
import { indexOrigins } from '../../../identity/openid/client-origins.js';
import type { OpenIdClients } from '../../../identity/openid/clients.js';
import { STATUS_FRAME } from '../../../identity/openid/provider-settings.js';
import type { RealmRequest } from './public-address.js';

/** Paths below the realm, as in Keycloak: keycloak-js loads them in hidden frames. */
export const FRAMES = {
  cookies: '/protocol/openid-connect/3p-cookies/step1.html',
  status: STATUS_FRAME,
  statusAnswer: `${STATUS_FRAME}/init`,
} as const;

/**
 * Tells the application whether the session's cookie is sent to frames on its pages. The session's cookie is `SameSite=Lax`, so the
 * browser must keep a cookie of that kind: on an application of another site it does not. The message contains nothing about the
 * user, so any page may receive it.
 */
const cookies = frame(`
const check = (name) => {
  document.cookie = name + '=1; SameSite=Lax; Max-Age=60';
  const isKept = document.cookie.split('; ').includes(name + '=1');
  document.cookie = name + '=; SameSite=Lax; Max-Age=0';
  return isKept;
};
let works = false;
try {
  works = check('triface_frame_check');
} catch {} // a frame without allow-same-origin has no cookies
parent.postMessage(works ? 'supported' : 'unsupported', '*');
`);

/**
 * Answers `client_id session_state` with `unchanged`, `changed` or `error` (OpenID Connect Session Management). Applications drop
 * their tokens at all but `unchanged`, so a server that cannot be asked must not end a login. Keycloak-js asks every five seconds:
 * `unchanged` serves for fifteen.
 */
const status = frame(`
const asked = new Map();
addEventListener('message', async ({ data, origin, source }) => {
  if (source !== parent || parent === self || typeof data !== 'string' || origin === 'null') return;
  const [client_id, session_state = ''] = data.split(' ');
  let answer = performance.now() < asked.get(data) ? 'unchanged' : undefined;
  try {
    if (!answer) {
      const response = await fetch('login-status-iframe.html/init?' + new URLSearchParams({ client_id, origin, session_state }));
      if (response.ok) answer = /^(un)?changed$/.exec(await response.text())?.[0];
      if (response.status === 403) answer = 'error';
      if (answer === 'unchanged' && session_state) asked.set(data, performance.now() + 15000);
    }
  } catch {} // the server is not reachable
  source.postMessage(answer ?? (session_state ? 'unchanged' : 'error'), origin);
});
`);

/** The page by which keycloak-js learns whether its frames can work. */
export const sendCookieFrame = (on: RealmRequest): FastifyReply => send(on, cookies);

/** The page that keycloak-js asks whether a login still stands. */
export const sendStatusFrame = (on: RealmRequest): FastifyReply => send(on, status);

/**
 * The status of a login, for the status page only: `session_state` is `unchanged` until the login ends; without one, `changed`
 * says that the browser has a session which the application can join. Without the parameter: 204, as in Keycloak.
 * @returns 403 for pages of other origins than the client's @throws UnavailableError
 */
export async function answerStatus(on: RealmRequest, clients: Pick<OpenIdClients, 'find'>): Promise<FastifyReply> {
  const { request, reply } = on;
  const { client_id: id, origin, session_state: state } = request.query as Record<string, unknown>;
  const answer = reply.type('text/plain').serializer(String);
  // Other pages of the same site could otherwise use the browser's cookie, and see by the status code what is answered.
  const sender = request.headers['sec-fetch-site'];
  const isForeign = sender !== undefined && sender !== 'same-origin';
  if (isForeign || typeof id !== 'string' || typeof origin !== 'string') return answer.code(403).send('error');
  const client = await clients.find(id);
  if (!client || !indexOrigins([client]).has(origin, id)) return answer.code(403).send('error');
  if (typeof state !== 'string') return reply.code(204).send();
  const isUnchanged = state === '' ? !(await hasSession(on)) : await isStanding(on, state, id);
  return answer.send(isUnchanged ? 'unchanged' : 'changed');
}

async function hasSession({ request, reply, provider }: RealmRequest): Promise<boolean> {
  const session = await provider.Session.get(provider.createContext(request.raw, reply.raw) as never);
  return session.accountId !== undefined;
}

const isStanding = async ({ provider }: RealmRequest, grantId: string, clientId: string): Promise<boolean> =>
  (await provider.Grant.find(grantId))?.clientId === clientId;

interface Frame {
  readonly html: string;
  readonly policy: string;
}

function frame(script: string): Frame {
  const hash = createHash('sha256').update(script).digest('base64');
  return {
    html: `<!doctype html><html lang="en"><head><meta charset="utf-8"><title>Triface</title><script>${script}</script></head></html>\n`,
    policy: `default-src 'none'; script-src 'sha256-${hash}'; connect-src 'self'; form-action 'none'; base-uri 'none'`,
  };
}

/** Any page may have it in a frame: it shows nothing, and it cannot know the client whose origins would be allowed. */
function send({ reply }: RealmRequest, { html, policy }: Frame): FastifyReply {
  for (const headers of [reply, reply.raw]) headers.removeHeader('x-frame-options');
  const headers = { 'content-type': 'text/html; charset=utf-8', 'cache-control': 'no-store', 'referrer-policy': 'no-referrer' };
  return reply
    .headers({ ...headers, 'content-security-policy': policy })
    .serializer(String)
    .send(html);
}
