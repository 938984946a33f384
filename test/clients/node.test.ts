import { t } from 'tap';
import { runClient } from './run-client.js';

t.test('Node: fetch, undici, axios with the package form-data', (t) =>
  runClient(t, {
    needs: [],
    commands: (programs) => [[process.execPath, `${programs}/node/client.mjs`]],
    libraries: { fetch: ['A bytes without a filename'], undici: [], axios: [] },
    isStrict: false,
  }),
);
