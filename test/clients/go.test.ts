import { t } from 'tap';
import { openIdOperations } from './openid-operations.js';
import { runClient } from './run-client.js';

t.test('Go: net/http, mime/multipart; strict models of encoding/json', (t) =>
  runClient(t, {
    packages: 'go',
    needs: ['go'],
    commands: (programs, folder) => {
      const sources = ['client', 'contract_c', 'lines', 'models'].map((name) => `${programs}/go/${name}.go`);
      return [['go', 'build', '-o', `${folder}/client`, ...sources], [`${folder}/client`]];
    },
    libraries: { 'net/http': [] },
    isStrict: true,
  }),
);

const sources = '/usr/share/gocode';

t.test('Go: golang.org/x/oauth2, coreos/go-oidc', (t) =>
  runClient(t, {
    packages: 'go-openid',
    needs: ['go', `${sources}/src/golang.org/x/oauth2`, `${sources}/src/github.com/coreos/go-oidc`],
    commands: (programs, folder) => [
      [
        'env',
        `GOPATH=${sources}`,
        'go',
        'build',
        '-o',
        `${folder}/openid`,
        `${programs}/go/openid.go`,
        `${programs}/go/lines.go`,
      ],
      [`${folder}/openid`],
    ],
    operations: openIdOperations,
    libraries: { 'x/oauth2': ['OpenID refresh with the scope shown', 'OpenID introspection', 'OpenID revocation'] },
    isStrict: false,
  }),
);
