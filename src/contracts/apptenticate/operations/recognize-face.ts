import type { FastifyInstance } from 'fastify';
import type { Comparison } from '../../../gallery/compare-face.js';
import type { GalleryService } from '../../../gallery/gallery-service.js';
import { chooseLanguage, type Language } from '../../../platform/choose-language.js';
import { type FaceOptions, faceFormLimit, readFaceForm, readPictureForm } from '../face-form.js';
import { checkPictureSize, readPersonText } from '../person-fields.js';
import { renderMoment, renderRefusedFace } from '../render-person.js';
import { resultText } from '../result-text.js';
import { FaceAnswerSchema, FaceFormSchema } from '../wire.js';
import { comparisonSchema } from './face-schema.js';
import { operationId, requireRights, versions } from './versions.js';

const schema = comparisonSchema(
  'Compare a face with a registered person (1:1)',
  'Checks liveness first if the account requires it. A refused picture is not compared.',
  FaceAnswerSchema,
);

/** What the operation needs. */
export interface RecognizeFaceOptions extends FaceOptions {
  readonly persons: GalleryService;
}

/** `POST /api/v3.2/biometrics/recognizer/face/` */
export function recognizeFace(app: FastifyInstance, options: RecognizeFaceOptions): void {
  const { persons, tokens, rejectionStatus } = options;
  for (const version of versions) {
    app.post(
      `/${version}/biometrics/recognizer/face`,
      {
        bodyLimit: faceFormLimit(options),
        schema: { ...schema, operationId: operationId('recognizeFace', version) },
        config: { form: FaceFormSchema, rejectsAsVerdict: true, analyzes: true },
        onRequest: requireRights(tokens, 'recognition'),
      },
      async (request, reply) => {
        const form = await readPictureForm(request, options);
        const citizenId = readPersonText(form, 'citizen_id');
        const { face, answer } = readFaceForm(form, { request, reply }, 'image', 'selfie');
        checkPictureSize(face.sent);
        const comparison = await persons.compare({ ...face, citizenId });
        const { assessment, matches } = comparison;
        request.log.info({ scan: assessment.scan.id, finding: assessment.scan.finding, matches }, 'compared');
        if (matches === undefined) return reply.code(rejectionStatus).send(renderRefusedFace(assessment, answer));
        return renderComparison(comparison, chooseLanguage(request.headers['accept-language']));
      },
    );
  }
}

/** Fields in the vendor's order; a face that does not match names nobody. */
function renderComparison({ assessment, person, matches = false }: Comparison, language: Language) {
  return {
    id: assessment.scan.id,
    created_at: renderMoment(assessment.scan.createdAt),
    result: matches,
    result_text: resultText(matches, language),
    ...(matches ? { name: person.name, citizen_id: person.citizenId } : {}),
  };
}
