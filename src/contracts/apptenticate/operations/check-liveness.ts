import type { FastifyInstance } from 'fastify';
import type { FaceAssessor } from '../../../scans/face-assessor.js';
import { type FaceOptions, faceFormLimit, readFaceForm, readPictureForm } from '../face-form.js';
import { renderLiveness } from '../render.js';
import { FaceFormErrorSchema, LivenessAnswerSchema, LivenessFormSchema } from '../wire.js';
import { operationId, versions } from './versions.js';

const schema = {
  tags: ['A: Apptenticate'],
  summary: 'Liveness of a selfie (Standard) or of a capture packet (Plus)',
  security: [{ apptenticate: [] }],
  consumes: ['multipart/form-data'],
  response: { 200: LivenessAnswerSchema, 400: FaceFormErrorSchema },
};

/** What the operation needs. */
export interface CheckLivenessOptions extends FaceOptions {
  readonly capture: FaceAssessor;
}

/** `POST /api/v3/biometrics/liveness/`, and the same under v3.2 and v2. */
export function checkLiveness(app: FastifyInstance, options: CheckLivenessOptions): void {
  const { capture, tokens, rejectionStatus } = options;
  for (const version of versions) {
    app.post(
      `/${version}/biometrics/liveness`,
      {
        bodyLimit: faceFormLimit(options),
        schema: { ...schema, operationId: operationId('checkLiveness', version) },
        config: { form: LivenessFormSchema, rejectsAsVerdict: true, analyzes: true },
        onRequest: async (request) => {
          request.caller = await tokens.authenticate(request, 'liveness');
        },
      },
      async (request, reply) => {
        const form = await readPictureForm(request, options);
        const { face, answer } = readFaceForm(form, { request, reply }, 'selfie');
        const assessment = await capture.assess(face);
        request.log.info({ scan: assessment.scan.id, finding: assessment.scan.finding, reason: assessment.reason }, 'assessed');
        return reply.code(assessment.verdict.accepted ? 200 : rejectionStatus).send(renderLiveness(assessment, answer));
      },
    );
  }
}
