import type { FastifyInstance } from 'fastify';
import { clientGone } from '../../../platform/client-gone.js';
import { readForm } from '../../../platform/read-form.js';
import type { ScanService } from '../../../scans/scan-service.js';
import type { ApiTokens } from '../authentication.js';
import { reject } from '../errors.js';
import { readBoolean, readChoice, readFile } from '../form-values.js';
import { renderLiveness } from '../render.js';
import { ApiErrorSchema, type LivenessAnswer, LivenessAnswerSchema, LivenessFormSchema } from '../wire.js';

const schema = {
  tags: ['A: Apptenticate'],
  summary: 'Standard liveness of a selfie',
  security: [{ apptenticate: [] }],
  consumes: ['multipart/form-data'],
  response: {
    200: LivenessAnswerSchema,
    400: ApiErrorSchema,
    401: ApiErrorSchema,
    403: ApiErrorSchema,
    413: ApiErrorSchema,
    500: LivenessAnswerSchema,
    503: LivenessAnswerSchema,
  },
};

/** What the operation needs. */
export interface CheckLivenessOptions {
  readonly scans: ScanService;
  readonly tokens: ApiTokens;
  /** status of an evaluated picture that is not valid */
  readonly rejectionStatus: 200 | 400;
}

const packetUnsupported: LivenessAnswer = {
  ...reject(708),
  error_details: {
    encrypted_file: 'Capture packets (Liveness Plus) are not supported by this server yet. Send the picture as `selfie`.',
  },
};

/** `POST /api/v3/biometrics/liveness/`, and the same under v2. */
export function checkLiveness(app: FastifyInstance, options: CheckLivenessOptions): void {
  const { scans, tokens, rejectionStatus } = options;
  for (const version of ['v3', 'v2']) {
    app.post(
      `/${version}/biometrics/liveness`,
      {
        schema: { ...schema, operationId: `checkLiveness_${version}` },
        config: { form: LivenessFormSchema, rejectsAsVerdict: true },
        onRequest: async (request) => {
          request.caller = await tokens.authenticate(request, 'liveness');
        },
      },
      async (request, reply) => {
        const form = await readForm(request);
        const details = readBoolean(form, 'details');
        const returnId = readBoolean(form, 'return_id');
        const device = readChoice(form, 'device', ['DESKTOP', 'IOS', 'ANDROID']);
        // Silently judging the selfie alone would give less than was asked for.
        if (form.files.has('encrypted_file') || form.fields.has('encrypted_file'))
          return reply.code(rejectionStatus).send(packetUnsupported);
        const bytes = readFile(form, 'selfie');
        const assessment = await scans.assess({
          caller: request.caller!,
          contract: 'apptenticate',
          bytes,
          ...(device ? { channel: device } : {}),
          signal: clientGone(reply),
        });
        request.log.info({ scan: assessment.scan.id, finding: assessment.scan.finding, reason: assessment.reason }, 'assessed');
        return reply
          .code(assessment.verdict.accepted ? 200 : rejectionStatus)
          .send(renderLiveness(assessment, { details, returnId }));
      },
    );
  }
}
