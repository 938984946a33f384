import { t } from 'tap';
import { openIdOperations } from './openid-operations.js';
import { runClient } from './run-client.js';

t.test('Python: requests, httpx, aiohttp; strict models of pydantic', (t) =>
  runClient(t, {
    packages: 'python',
    needs: ['requests', 'httpx', 'aiohttp', 'pydantic'].map((name) => `/usr/lib/python3/dist-packages/${name}`),
    // Debian's own interpreter, which has Debian's modules
    commands: (programs) => [['/usr/bin/python3', '-B', `${programs}/python/client.py`]],
    libraries: { requests: [], httpx: [], aiohttp: [] },
    isStrict: true,
  }),
);

t.test('Python: Authlib, requests-oauthlib', (t) =>
  runClient(t, {
    packages: 'python-openid',
    needs: ['requests', 'authlib', 'requests_oauthlib'].map((name) => `/usr/lib/python3/dist-packages/${name}`),
    commands: (programs) => [['/usr/bin/python3', '-B', `${programs}/python/openid_clients.py`]],
    operations: openIdOperations,
    libraries: {
      Authlib: ['OpenID discovery'],
      'requests-oauthlib': [
        ...(['OpenID discovery', 'OpenID code with PKCE', 'OpenID ID token, verified'] as const),
        ...(['OpenID introspection', 'OpenID revocation'] as const),
      ],
    },
    isStrict: false,
  }),
);
