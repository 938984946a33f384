import type { FastifyInstance } from 'fastify';
import Type from 'typebox';
import { BusyError } from '../base/busy-error.js';
import { runTimeout } from '../base/run-clock.js';
import { UnavailableError } from '../base/unavailable-error.js';

/** Checks one dependency of the server. Throws or rejects if it does not work. */
export type ReadinessCheck = () => Promise<void> | void;

const Health = Type.Object({
  status: Type.Enum(['up', 'down']),
  checks: Type.Optional(Type.Record(Type.String(), Type.Enum(['up', 'down']))),
  loading: Type.Optional(
    Type.String({ description: 'what a check waits for, with the loaded part: `the templates are being loaded: 43 %`' }),
  ),
  livenessModels: Type.Optional(
    Type.String({ description: 'the models behind the liveness score with their weights; `shipped` without model packs' }),
  ),
  provider: Type.Optional(Type.String({ description: 'where the models run: `cpu`, `cuda` or `webgpu`' })),
  adapter: Type.Optional(
    Type.String({ description: 'with `webgpu`, the GPU as its driver names it; `unknown` where that cannot be found out' }),
  ),
});

/** What `/health/ready` says of the models. */
export interface ModelsInUse {
  /** the models behind the liveness score with their weights */
  readonly livenessModels: string;
  /** where they run */
  readonly provider: string;
  /** the GPU, where its name is known */
  readonly adapter: string | undefined;
}

/** Milliseconds that a check may take. */
const CHECK_MS = 3000;

/**
 * `/health/live`: the process answers. `/health/ready`: 200 if every check passes, otherwise 503 with the state of each check. A
 * change of a check's state is logged once, unless the failure is an UnavailableError, which whoever noticed it has logged.
 * @param isStopping whether the server was told to stop: then it is not ready
 * @param models read for each request
 */
export function addHealthRoutes(
  app: FastifyInstance,
  checks: Readonly<Record<string, ReadinessCheck>>,
  isStopping: () => boolean = () => false,
  models?: () => ModelsInUse,
): void {
  const failing = new Set<string>();
  const tags = ['health'];
  app.get(
    '/health/live',
    { logLevel: 'warn', schema: { tags, summary: 'Liveness: the process answers', response: { 200: Health } } },
    () => ({ status: 'up' }),
  );
  const ready = {
    tags,
    summary: 'Readiness: the models are loaded, the database can be read and written, and the templates can be searched',
    response: { 200: Health, 503: Health },
  };
  app.get('/health/ready', { logLevel: 'warn', schema: ready }, async (request, reply) => {
    let loading: string | undefined;
    const results = await Promise.all(
      Object.entries(checks).map(async ([name, check]) => {
        try {
          await inTime(check);
          // Not the request's log, which leaves out what is not a warning.
          if (failing.delete(name)) app.log.info({ check: name }, 'ready again');
          return [name, 'up'] as const;
        } catch (error) {
          if (error instanceof BusyError && error.reason === 'loading') loading = error.message;
          if (!failing.has(name) && !(error instanceof UnavailableError)) {
            failing.add(name);
            request.log.warn({ err: error, check: name }, 'not ready');
          }
          return [name, 'down'] as const;
        }
      }),
    );
    if (isStopping()) results.push(['server', 'down']);
    const status = results.every(([, state]) => state === 'up') ? 'up' : 'down';
    const { livenessModels, provider, adapter } = models?.() ?? {};
    return reply
      .code(status === 'up' ? 200 : 503)
      .send({ status, checks: Object.fromEntries(results), loading, livenessModels, provider, adapter });
  });
}

/** @throws the check's error; an error when it takes too long */
async function inTime(check: ReadinessCheck): Promise<void> {
  let timer: ReturnType<typeof runTimeout> | undefined;
  const late = new Promise<never>((_, reject) => {
    timer = runTimeout(() => reject(new Error(`no answer within ${CHECK_MS} ms`)), CHECK_MS);
  });
  try {
    await Promise.race([check(), late]);
  } finally {
    timer?.clear();
  }
}
