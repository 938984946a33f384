import type { FastifyInstance } from 'fastify';
import type { CaptureService } from '../../../capture/assess-packet.js';
import { clientGone } from '../../../platform/client-gone.js';
import { readForm } from '../../../platform/read-form.js';
import type { ScanService } from '../../../scans/scan-service.js';
import type { ApiTokens } from '../authentication.js';
import { findFile, readBoolean, readChoice, readFile } from '../form-values.js';
import { renderLiveness } from '../render.js';
import { ApiErrorSchema, LivenessAnswerSchema, LivenessFormSchema } from '../wire.js';

const schema = {
  tags: ['A: Apptenticate'],
  summary: 'Liveness of a selfie (Standard) or of a capture packet (Plus)',
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
  readonly capture: CaptureService;
  readonly tokens: ApiTokens;
  /** status of an evaluated picture that is not valid */
  readonly rejectionStatus: 200 | 400;
  /** of a selfie */
  readonly maxImageBytes: number;
  readonly maxPacketBytes: number;
}

/** `POST /api/v3/biometrics/liveness/`, and the same under v2. */
export function checkLiveness(app: FastifyInstance, options: CheckLivenessOptions): void {
  const { scans, capture, tokens, rejectionStatus, maxImageBytes, maxPacketBytes } = options;
  for (const version of ['v3', 'v2']) {
    app.post(
      `/${version}/biometrics/liveness`,
      {
        // room for both files and the text fields
        bodyLimit: maxImageBytes + maxPacketBytes + 1_048_576,
        schema: { ...schema, operationId: `checkLiveness_${version}` },
        config: { form: LivenessFormSchema, rejectsAsVerdict: true },
        onRequest: async (request) => {
          request.caller = await tokens.authenticate(request);
        },
      },
      async (request, reply) => {
        const form = await readForm(request, { named: { encrypted_file: maxPacketBytes }, others: maxImageBytes });
        const details = readBoolean(form, 'details');
        const returnId = readBoolean(form, 'return_id');
        const device = readChoice(form, 'device', ['DESKTOP', 'IOS', 'ANDROID']);
        const packet = findFile(form, 'encrypted_file');
        const command = {
          caller: request.caller!,
          contract: 'apptenticate',
          ...(device ? { channel: device } : {}),
          signal: clientGone(reply),
        };
        const selfie = form.files.get('selfie');
        const assessment = packet
          ? await capture.assess({ ...command, packet, ...(selfie ? { selfie } : {}) })
          : await scans.assess({ ...command, bytes: readFile(form, 'selfie') });
        request.log.info({ scan: assessment.scan.id, finding: assessment.scan.finding, reason: assessment.reason }, 'assessed');
        return reply
          .code(assessment.verdict.accepted ? 200 : rejectionStatus)
          .send(renderLiveness(assessment, { details, returnId }));
      },
    );
  }
}
