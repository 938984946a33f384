import type { FastifyInstance } from 'fastify';
import Type from 'typebox';
import { explainScan } from '../../../scans/explain-scan.js';
import type { ScanService } from '../../../scans/scan-service.js';
import { requireRight, TrifaceError } from '../errors.js';

const CheckSchema = Type.Object({
  finding: Type.String(),
  measure: Type.String(),
  value: Type.Number(),
  bound: Type.Enum(['at least', 'at most']),
  threshold: Type.Number(),
  when: Type.Optional(Type.String({ description: 'the condition under which the check counts; absent: always' })),
  applies: Type.Boolean({ description: 'whether that condition holds; a check that does not apply cannot fail' }),
  passed: Type.Boolean(),
});
const MotionSchema = Type.Object(
  {
    residualRatio: Type.Number(),
    planeRatio: Type.Number(),
    carried: Type.Boolean({ description: 'the face moved with its surroundings as one picture' }),
    confidence: Type.Number({ minimum: 0, maximum: 1 }),
    pairs: Type.Array(
      Type.Object({
        ms: Type.Number(),
        residual: Type.Number(),
        planeResidual: Type.Number(),
        scatter: Type.Number(),
        movement: Type.Number(),
        surroundings: Type.Integer(),
        face: Type.Integer(),
        confidence: Type.Number(),
      }),
    ),
  },
  { description: 'motion of the face against its surroundings; docs/capture.md explains the numbers' },
);
const CaptureSchema = Type.Object({
  threshold: Type.Number(),
  score: Type.Number(),
  probability: Type.Unsafe<0 | 1>({ type: 'number', enum: [0, 1] }),
  signals: Type.Array(
    Type.Object({
      name: Type.String(),
      suspicion: Type.Number({ minimum: 0, maximum: 1 }),
      weight: Type.Number(),
      evidence: Type.Record(Type.String(), Type.Number()),
    }),
  ),
  frames: Type.Union([
    Type.Null(),
    Type.Object({
      photoLiveness: Type.Number(),
      frameLiveness: Type.Array(Type.Union([Type.Number(), Type.Null()])),
      pictureLiveness: Type.Optional(Type.Number({ description: 'of photo and frames, without motion' })),
      motion: Type.Optional(Type.Union([Type.Null(), MotionSchema])),
      noMotion: Type.Optional(Type.Union([Type.Null(), Type.String()], { description: 'why there is no statement on motion' })),
      motionEvidence: Type.Optional(
        Type.Number({ description: 'added to the logit of `pictureLiveness`; negative against a living person' }),
      ),
      countsMotion: Type.Optional(Type.Boolean({ description: 'whether the policy counts the motion' })),
      fused: Type.Number(),
    }),
  ]),
});
const ExplanationSchema = Type.Object(
  {
    id: Type.String(),
    number: Type.Integer(),
    contract: Type.String(),
    createdAt: Type.String(),
    outcome: Type.Enum(['bona-fide', 'attack', 'refused']),
    policyVersion: Type.String(),
    livenessScore: Type.Union([Type.Number(), Type.Null()]),
    uncertain: Type.Boolean(),
    livenessModels: Type.String({ description: 'the models behind the liveness score with their weights' }),
    findings: Type.Array(Type.String()),
    checks: Type.Array(CheckSchema),
    capture: Type.Optional(CaptureSchema),
  },
  { title: 'Explanation' },
);
const schema = {
  tags: ['Triface'],
  summary: "Explain the outcome of a scan of the caller's company",
  security: [{ faceLiveness: [] }],
  params: Type.Object({ id: Type.String({ description: "uuid, or contract A's transaction id" }) }),
  response: { 200: ExplanationSchema },
};

/** `GET /triface/v1/scans/{id}/explanation` */
export function explainScanOperation(app: FastifyInstance, { scans }: { scans: ScanService }): void {
  app.get<{ Params: { id: string } }>(
    '/scans/:id/explanation',
    { schema, onRequest: requireRight('scans:read') },
    async (request) => {
      const caller = request.caller!;
      const scan = await scans.findByAnyId(caller.companyId, request.params.id);
      if (!scan) throw new TrifaceError(404, 'not-found', 'the scan does not exist');
      return explainScan(scan);
    },
  );
}
