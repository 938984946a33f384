import type { FastifyInstance, RouteOptions } from 'fastify';
import { buildApp } from '../../src/app.js';
import { loadConfig } from '../../src/config/load.js';
import { createLogger } from '../../src/platform/request-log.js';
import { findCaptureSite, nameModels } from '../../src/web/bundle/asset-names.js';

/** All routes of a server with these settings. Registering them calls none of the parts. */
export async function listRoutes(env: Record<string, string> = {}): Promise<RouteOptions[]> {
  const absent = new Proxy({}, { get: (_, name) => (name === 'jwtSecret' ? Buffer.alloc(64) : undefined) }) as never;
  const names = ['engine', 'store', 'accounts', 'authenticator', 'keys', 'fetcher', 'gallery', 'search'] as const;
  const parts = Object.fromEntries(names.map((name) => [name, absent])) as Record<(typeof names)[number], never>;
  const routes: RouteOptions[] = [];
  const observeRoutes = async (app: FastifyInstance) => app.addHook('onRoute', (route) => void routes.push(route));
  const config = loadConfig({ TRIFACE_FACE_LIVENESS_ALIASES: 'true', ...env });
  const models = Object.values(await nameModels());
  const captureSite = { siteDir: findCaptureSite(), modelsDir: config.TRIFACE_MODELS_DIR, models };
  const dependencies = {
    config,
    log: createLogger('silent'),
    intakeBytes: 1,
    ...parts,
    standing: {},
    captureSite,
    observeRoutes,
  };
  const app = await buildApp(dependencies);
  await app.ready();
  await app.close();
  return routes;
}
