import { t } from 'tap';
import { runClient } from './run-client.js';

t.test('the curl command', (t) =>
  runClient(t, {
    packages: 'curl',
    needs: ['bash', 'curl', 'jq'],
    commands: (programs) => [['bash', `${programs}/curl/client.sh`]],
    libraries: { curl: [] },
    also: ['curl A base64 transfer encoding', 'curl A quoted file name, HTTP/1.0'],
    isStrict: false,
  }),
);
