import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'tap';
import { parseRightsMapping, RIGHTS } from '../../../src/base/settings/rights.js';
import { readClaim } from '../../../src/identity/openid/claims.js';
import { deleteExpiredEntities } from '../../../src/identity/openid/expired-entities.js';
import { StoredEntities } from '../../../src/identity/openid/stored-entities.js';
import { testEach } from '../../storage/databases.js';
import { openAccounts } from '../open-accounts.js';

testEach(
  'what the provider stores: found until it expires, consumed once, revoked by grant, secrets as hashes only',
  async (t, databaseUrl) => {
    const { store, clock, now, dataDir } = await openAccounts(t, { databaseUrl });
    const tokens = new StoredEntities(store.db, 'RefreshToken', now);
    const codes = new StoredEntities(store.db, 'AuthorizationCode', now);
    await tokens.upsert('a-secret-token', { jti: 'a-secret-token', grantId: 'g1', scope: 'x' }, 60);
    t.match(await tokens.find('a-secret-token'), { jti: 'a-secret-token', grantId: 'g1', scope: 'x', consumed: undefined });
    t.equal(await codes.find('a-secret-token'), undefined, 'each kind for itself');
    t.notMatch(JSON.stringify(await store.db.selectFrom('openidEntities').selectAll().execute()), 'a-secret-token');
    if (databaseUrl === '')
      for (const name of readdirSync(dataDir)) t.notOk(readFileSync(join(dataDir, name)).includes('a-secret-token'), name);

    await codes.upsert('code', { jti: 'code', grantId: 'g1' }, 60);
    const outcomes = await Promise.allSettled(Array.from({ length: 5 }, () => codes.consume('code')));
    t.equal(outcomes.filter(({ status }) => status === 'fulfilled').length, 1, 'of five at once one');
    t.match(await codes.find('code'), { consumed: Math.floor(clock.ms / 1000) });

    clock.ms += 30_000;
    await tokens.upsert('a-secret-token', { jti: 'a-secret-token', grantId: 'g1', scope: 'x' }, 60);
    clock.ms += 59_000;
    t.ok(await tokens.find('a-secret-token'), 'renewed');
    t.equal(await codes.find('code'), undefined, 'expired');
    await tokens.revokeByGrantId('g2');
    t.ok(await tokens.find('a-secret-token'));
    await tokens.revokeByGrantId('g1');
    t.equal(await tokens.find('a-secret-token'), undefined);

    const sessions = new StoredEntities(store.db, 'Session', now);
    await sessions.upsert('s1', { jti: 's1', uid: 'u1', accountId: 'a' }, 60);
    t.match(await sessions.findByUid('u1'), { jti: 's1', accountId: 'a' });
    await sessions.destroy('s1');
    t.equal(await sessions.findByUid('u1'), undefined);
  },
);

testEach('expired rows are deleted in several batches, and no others', async (t, databaseUrl) => {
  const { store, clock, now } = await openAccounts(t, { databaseUrl });
  const tokens = new StoredEntities(store.db, 'RefreshToken', now);
  for (let i = 0; i < 2500; i++) await tokens.upsert(`old-${i}`, {}, 10 + (i % 7));
  await tokens.upsert('young', {}, 1000);
  clock.ms += 100_000;
  t.equal(await deleteExpiredEntities(store.db, clock.ms), 2500);
  t.ok(await tokens.find('young'));
  t.equal(await deleteExpiredEntities(store.db, clock.ms), 0);
});

test('roles and claims are mapped', async (t) => {
  t.same(
    [...parseRightsMapping('')].map(([role]) => role),
    [...RIGHTS],
  );
  t.same(
    [...parseRightsMapping('a b=liveness, urn:x=y=scans:read scans:write')],
    [
      ['a b', ['liveness']],
      ['urn:x=y', ['scans:read', 'scans:write']],
    ],
  );
  for (const wrong of ['operator', '=liveness', 'a=everything', 'a=', 'a=liveness,'])
    t.throws(() => parseRightsMapping(wrong), { name: 'SettingError' }, wrong);
  const claims = { realm_access: { roles: ['x'] }, 'https://a.example/roles': 'y', list: ['z'] };
  t.same(readClaim(claims, 'realm_access.roles'), ['x']);
  t.equal(readClaim(claims, 'https://a.example/roles'), 'y');
  t.equal(readClaim(claims, 'realm_access.none.deeper'), undefined);
  t.equal(readClaim(claims, '__proto__.polluted'), undefined);
  t.equal(readClaim(claims, 'constructor'), undefined);
});
