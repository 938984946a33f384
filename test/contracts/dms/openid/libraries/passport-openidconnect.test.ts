import express from 'express';
import session from 'express-session';
import passport from 'passport';
import Strategy from 'passport-openidconnect';
import { test } from 'tap';
import { startTestServer } from '../../../../helper.js';
import { serveLocally } from '../../../../serve-locally.js';
import { PlainBrowser } from '../application.js';
import { logInAt } from '../log-in.js';
import { awkwardSecret, openTools, scanStatus } from '../tools.js';
import { announce, loopback } from './tools.js';

/** What the test reads of the library's profile. */
interface Profile {
  readonly id: string;
  readonly displayName: string;
  readonly username?: string;
}

test('passport-openidconnect: login of a confidential client without PKCE', async (t) => {
  announce(t, 'passport-openidconnect', 'passport', 'express');
  const server = await startTestServer(t);
  const issuer = `${server.url}/realms/triface`;
  const app = express();
  const origin = await serveLocally(t, app);
  const redirectUris = ['short', 'full'].map((name) => `${origin}/${name}/redirect`);
  const client = await openTools(t, server).addClient({
    ...{ isConfidential: true, secret: awkwardSecret, grants: ['authorization_code'], redirectUris },
  });
  const options = {
    issuer,
    authorizationURL: `${issuer}/protocol/openid-connect/auth`,
    tokenURL: `${issuer}/protocol/openid-connect/token`,
    userInfoURL: `${issuer}/protocol/openid-connect/userinfo`,
    clientID: client.id,
    clientSecret: client.secret,
    scope: ['profile'],
  };
  const short = (_issuer: string, profile: Profile, done: (error: null, user: object) => void) => done(null, { profile });
  // The library loads the profile from the userinfo endpoint for a function of nine parameters.
  const full = (
    ...[, profile, own, , , accessToken, , parameters, done]: [
      ...[string, Profile, Profile, object, string, string, string, object],
      (error: null, user: object) => void,
    ]
  ) => done(null, { profile, own, accessToken, parameters });
  Object.defineProperty(full, 'length', { value: 9 });
  passport.use('short', new Strategy({ ...options, callbackURL: '/short/redirect' }, short));
  passport.use('full', new Strategy({ ...options, callbackURL: '/full/redirect', nonce: true, maxAge: 3600 }, full));
  app.use(session({ secret: 'a secret for tests', resave: false, saveUninitialized: false }));
  for (const name of ['short', 'full']) {
    app.get(`/${name}`, passport.authenticate(name, { session: false }));
    app.get(`/${name}/redirect`, passport.authenticate(name, { session: false }), (request: never, response: never) =>
      (response as { json(value: unknown): void }).json((request as { user: unknown }).user),
    );
  }
  const logIn = async (name: string) => {
    const { response } = await logInAt(`${origin}/${name}`, { server, browser: new PlainBrowser(), base: loopback });
    const text = await response.text();
    t.equal(response.status, 200, text);
    return JSON.parse(text) as { profile: Profile; own: Profile; accessToken: string; parameters: object };
  };
  const { profile } = await logIn('short');
  t.match(profile, { displayName: server.user, id: /./ });
  const all = await logIn('full');
  t.match(all.profile, { id: profile.id, displayName: server.user }, 'from the userinfo endpoint');
  t.match(all.own, { id: profile.id }, 'from the ID token');
  t.match(all.parameters, { token_type: 'Bearer', scope: 'openid profile email' });
  t.equal(await scanStatus(server, all.accessToken), 404, 'contract C accepts the token');
});
