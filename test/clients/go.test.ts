import { t } from 'tap';
import { runClient } from './run-client.js';

t.test('Go: net/http, mime/multipart; strict models of encoding/json', (t) =>
  runClient(t, {
    packages: 'go',
    needs: ['go'],
    commands: (programs, folder) => {
      const sources = ['client', 'contract_c', 'models'].map((name) => `${programs}/go/${name}.go`);
      return [['go', 'build', '-o', `${folder}/client`, ...sources], [`${folder}/client`]];
    },
    libraries: { 'net/http': [] },
    isStrict: true,
  }),
);
