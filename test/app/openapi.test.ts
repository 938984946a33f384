import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import t from 'tap';
import { parse } from 'yaml';
import { findInstallation } from '../../src/base/installation.js';
import { generateOpenApi } from '../../src/commands/openapi.js';

t.test('openapi.yaml matches the route schemas', async (t) => {
  const generated = await generateOpenApi();
  const committed = readFileSync(join(findInstallation(), 'openapi.yaml'), 'utf8');
  t.equal(committed, generated, 'run `npm run openapi` and commit');
});

t.test('it describes every documented path', async (t) => {
  const { openapi, paths } = parse(await generateOpenApi()) as {
    openapi: string;
    paths: Record<string, Record<string, unknown>>;
  };
  t.match(openapi, /^3\./);
  const wanted = [
    ['/api/token', 'post'],
    ['/api/token/refresh', 'post'],
    ['/api/v3/biometrics/liveness', 'post'],
    ['/api/v1/face/liveness', 'post'],
    ['/face-liveness-sdk/v1/check_liveness', 'post'],
    ['/v1/face-liveness', 'get'],
    ['/v1/face-liveness/export', 'get'],
    ['/v1/face-liveness/{id}', 'get'],
    ['/v1/face-liveness/{id}', 'put'],
    ['/realms/{realm}/protocol/openid-connect/token', 'post'],
    ['/health/live', 'get'],
    ['/health/ready', 'get'],
  ] as const;
  for (const [path, method] of wanted) t.ok(paths[path]?.[method], `${method} ${path}`);
});
