import { test } from 'tap';
import { makeStateSealer } from '../../../src/identity/openid/sealed-state.js';

test('a sealed state opens for its entity only, unchanged, with the same secret, until it expires', async (t) => {
  const { seal, open } = makeStateSealer('secret');
  const now = Date.now();
  const payload = { params: { state: 'späte Zeit, 夜' }, result: { login: { accountId: 'a' } } };
  const sealed = await seal({ model: 'Interaction', id: 'one', payload }, now + 60_000);
  t.same(await open(sealed, 'Interaction', 'one', now), payload);
  t.same(await makeStateSealer('secret').open(sealed, 'Interaction', 'one', now + 58_000), payload, 'another server');
  t.equal(await open(sealed, 'Interaction', 'one', now + 61_000), undefined, 'expired');
  t.equal(await open(sealed, 'Interaction', 'two', now), undefined, 'another login’s');
  t.equal(await open(sealed, 'Session', 'one', now), undefined, 'another kind');
  t.equal(await makeStateSealer('other').open(sealed, 'Interaction', 'one', now), undefined, 'another secret');
  t.notMatch(Buffer.from(sealed, 'latin1').toString(), 'state');
  const parts = sealed.split('.');
  for (const at of parts.keys()) {
    const changed = parts.map((part, index) => (index === at ? `${part}AAAA` : part)).join('.');
    t.equal(await open(changed, 'Interaction', 'one', now), undefined, `part ${at} changed`);
  }
  // what its maker could not have meant
  for (const forged of ['', 'x', 'a.b.c', 'eyJhbGciOiJub25lIn0.e30.', `${'a'.repeat(5000)}....`])
    t.equal(await open(forged, 'Interaction', 'one', now), undefined, forged.slice(0, 30));
});
