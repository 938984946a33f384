import { t } from 'tap';
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
