import { t } from 'tap';
import { runClient } from './run-client.js';

t.test("C: libcurl's mime interface", (t) =>
  runClient(t, {
    packages: 'c',
    needs: ['gcc', 'curl-config'],
    commands: (programs, folder) => [['gcc', '-o', `${folder}/client`, `${programs}/c/client.c`, '-lcurl'], [`${folder}/client`]],
    libraries: { libcurl: [] },
    also: ['libcurl A base64 transfer encoding'],
    isStrict: false,
  }),
);
