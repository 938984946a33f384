import { parseMasterKeys } from '../../src/base/settings/master-keys.js';
import { requireMasterKeys } from '../../src/vault/data-keys.js';
import { openMasterKeys } from '../../src/vault/master-keys.js';
import { seededVectors } from '../gallery/index/unit-vectors.js';
import { openTestGallery } from '../gallery/test-gallery.js';
import { testEach } from '../storage/databases.js';

testEach('a server with another master key does not start, since it could not recognise anybody', async (t, databaseUrl) => {
  const { store, dataDir, enrol, gallery } = await openTestGallery(t, { databaseUrl });
  const warn = () => {};
  const fixed = parseMasterKeys(Buffer.alloc(32, 7).toString('base64'));
  const other = await openMasterKeys({ fixed, dataDir, warn });
  await t.resolves(requireMasterKeys(store.db, other), 'nothing is sealed yet');
  await enrol('one', seededVectors(1, 1).slice(0, 512));
  await t.resolves(requireMasterKeys(store.db, gallery.masterKeys));
  await t.rejects(requireMasterKeys(store.db, other), { name: 'KeyError', message: /restore it in TRIFACE_MASTER_KEY/ });
  const both = await openMasterKeys({ fixed: [...fixed, gallery.masterKeys.read()[0]], dataDir, warn });
  await t.resolves(requireMasterKeys(store.db, both), 'one that seals and one that still opens');
});
