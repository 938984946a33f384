import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import t from 'tap';
import { parse } from 'yaml';
import { findInstallation } from '../../src/base/installation.js';
import { describeRoutes, generateOpenApi } from '../../src/commands/openapi.js';

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

t.test('every operation documents the errors that any request may get, as JSON', async (t) => {
  type Responses = Record<string, { content?: Record<string, unknown>; headers?: Record<string, unknown> }>;
  const { paths } = (await describeRoutes()) as unknown as {
    paths: Record<string, Record<string, { responses: Responses; requestBody?: unknown; security?: unknown[] }>>;
  };
  for (const [path, item] of Object.entries(paths))
    for (const [method, { responses, requestBody, security }] of Object.entries(item)) {
      const wanted = [400, 405, 413, 417, 431, 500, 503];
      if (requestBody) wanted.push(408, 415);
      if (security) wanted.push(401, 403);
      for (const status of wanted) t.ok(responses[status], `${method} ${path} ${status}`);
      for (const [status, { content = {} }] of Object.entries(responses))
        if (Number(status) >= 400) t.equal(Object.keys(content)[0], 'application/json', `${method} ${path} ${status}`);
      for (const [status, name] of [
        [405, 'allow'],
        [429, 'retry-after'],
        [503, 'retry-after'],
      ] as const)
        if (responses[status] && path !== '/health/ready')
          t.ok(responses[status].headers?.[name], `${method} ${path} ${status} ${name}`);
    }
});
