import type { FastifyInstance } from 'fastify';
import { Counter, Gauge, Histogram, Registry } from 'prom-client';

/** What is counted of one judged picture. Words from closed sets only: nothing of a person or an account. */
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

/** How full the engine is, read when the metrics are asked for. */
export type EngineLoad = () => {
  readonly ready: number;
  readonly running: number;
  readonly waiting: number;
  readonly replaced: number;
};

/**
 * `GET /metrics` in Prometheus' text form. It carries no data of persons, but tells an outsider how busy the server is: keep it behind the
 * gateway (docs/operations.md).
 */
export function addMetrics(app: FastifyInstance, load: EngineLoad): Metrics {
  const registry = new Registry();
  const registers = [registry];
  const assessments = new Counter({
    name: 'triface_assessments_total',
    help: 'Judged pictures by contract, outcome, first finding, and whether the liveness score was near its threshold',
    labelNames: ['contract', 'outcome', 'finding', 'uncertain'],
    registers,
  });
  const seconds = new Histogram({
    name: 'triface_assessment_seconds',
    help: 'Seconds from the picture being read to its verdict, waiting included',
    labelNames: ['contract'],
    buckets: [0.02, 0.05, 0.1, 0.2, 0.5, 1, 2, 5, 10],
    registers,
  });
  for (const [name, help] of [
    ['ready', 'Inference workers that are warm'],
    ['running', 'Pictures being analysed'],
    ['waiting', 'Pictures waiting for a worker'],
    ['replaced', 'Workers replaced since the start'],
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
  app.get(
    '/metrics',
    { logLevel: 'warn', schema: { tags: ['health'], summary: "Counters in Prometheus' text form" } },
    async (_request, reply) => reply.type(registry.contentType).send(await registry.metrics()),
  );
  return {
    countAssessment({ contract, outcome, finding, uncertain, seconds: took }) {
      assessments.inc({ contract, outcome, finding, uncertain: String(uncertain) });
      seconds.observe({ contract }, took);
    },
  };
}
