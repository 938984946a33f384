import type { FastifyInstance } from 'fastify';
import { Counter, Gauge, Histogram, Registry } from 'prom-client';
import { commandName } from '../base/command-name.js';
import { filesOf } from './http/document-errors.js';

/** What is counted of one assessed picture. Values come from fixed sets and never identify a person or an account. */
export interface AssessmentSample {
  readonly contract: string;
  /** bona-fide, attack, refused */
  readonly outcome: string;
  /** the first finding, or none */
  readonly finding: string;
  readonly uncertain: boolean;
  readonly seconds: number;
}

/** Counters of the running process. */
export interface Metrics {
  countAssessment(sample: AssessmentSample): void;
}

/** The load of the engine and the state of the server, read on each request for metrics. */
export type ServerLoad = () => {
  readonly ready: number;
  readonly running: number;
  readonly waiting: number;
  readonly replaced: number;
  readonly isRetentionHeld: boolean;
  /** where the models run, and the GPU where its name is known */
  readonly place: { readonly provider: string; readonly adapter: string | undefined };
};

/**
 * `GET /metrics` in the Prometheus text format. It holds no personal data but shows how busy the server is: do not expose it
 * through the gateway (docs/operations.md).
 * @param livenessModels the models behind the liveness score with their weights
 * @param maxConnections the largest number of PostgreSQL connections that the server opens
 */
export function addMetrics(app: FastifyInstance, load: ServerLoad, livenessModels: string, maxConnections = 0): Metrics {
  const registry = new Registry();
  const registers = [registry];
  new Gauge({
    name: 'triface_database_connections_limit',
    help: 'The largest number of PostgreSQL connections that this server opens; 0 with SQLite',
    registers,
  }).set(maxConnections);
  new Gauge({
    name: 'triface_liveness_models_info',
    help: 'The models behind the liveness score with their weights, as the label `models`; always 1',
    labelNames: ['models'],
    registers,
  }).set({ models: livenessModels }, 1);
  new Gauge({
    name: 'triface_inference_info',
    help: 'Where the models run (cpu, cuda or webgpu) and, with webgpu, the GPU, as the labels `provider` and `adapter`; always 1',
    labelNames: ['provider', 'adapter'],
    registers,
    collect() {
      const { provider, adapter = '' } = load().place;
      this.reset();
      this.set({ provider, adapter }, 1);
    },
  });
  const assessments = new Counter({
    name: 'triface_assessments_total',
    help: 'Assessed pictures by contract, outcome, first finding, and whether the liveness score was near its threshold',
    labelNames: ['contract', 'outcome', 'finding', 'uncertain'],
    registers,
  });
  const seconds = new Histogram({
    name: 'triface_assessment_seconds',
    help: 'Seconds from reading a picture to its verdict, including waiting time',
    labelNames: ['contract'],
    buckets: [0.02, 0.05, 0.1, 0.2, 0.5, 1, 2, 5, 10],
    registers,
  });
  for (const [name, help] of [
    ['ready', 'Inference workers that are ready'],
    ['running', 'Pictures being analysed'],
    ['waiting', 'Pictures waiting for a worker'],
    ['replaced', 'Inference workers replaced since the start'],
  ] as const) {
    new Gauge({
      name: `triface_engine_${name}`,
      help,
      registers,
      collect() {
        this.set(load()[name]);
      },
    });
  }
  new Gauge({
    name: 'triface_retention_held',
    help: `1 while expired data is kept because the time leapt ahead: run \`${commandName} retention confirm\` or set the clock`,
    registers,
    collect() {
      this.set(Number(load().isRetentionHeld));
    },
  });
  app.get(
    '/metrics',
    {
      logLevel: 'warn',
      schema: {
        tags: ['health'],
        summary: 'Metrics in the Prometheus text format',
        response: { 200: filesOf('the metrics', 'text/plain') },
      },
    },
    async (_request, reply) => reply.type(registry.contentType).send(await registry.metrics()),
  );
  return {
    countAssessment({ contract, outcome, finding, uncertain, seconds: took }) {
      assessments.inc({ contract, outcome, finding, uncertain: String(uncertain) });
      seconds.observe({ contract }, took);
    },
  };
}
