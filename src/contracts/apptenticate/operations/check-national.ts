import type { FastifyInstance } from 'fastify';
import { chooseLanguage } from '../../../platform/choose-language.js';
import { faceFormLimit, readFaceForm, readPictureForm } from '../face-form.js';
import { readPersonText } from '../person-fields.js';
import { renderLiveness } from '../render.js';
import { resultText } from '../result-text.js';
import { DocumentAnswerSchema, NationalFormSchema } from '../wire.js';
import { comparisonSchema } from './face-schema.js';
import type { RecognizeFaceOptions } from './recognize-face.js';
import { operationId, requireRights, versions } from './versions.js';

const schema = comparisonSchema(
  'Check liveness, then compare with the person who has a citizen id',
  'Compares with the persons registered on this server, not with a national register.',
  DocumentAnswerSchema,
);

/** `POST /api/v3/biometrics/nationals/` */
export function checkNational(app: FastifyInstance, options: RecognizeFaceOptions): void {
  const { persons, tokens, rejectionStatus } = options;
  for (const version of versions) {
    app.post(
      `/${version}/biometrics/nationals`,
      {
        bodyLimit: faceFormLimit(options),
        schema: { ...schema, operationId: operationId('checkNational', version) },
        config: { form: NationalFormSchema, rejectsAsVerdict: true, analyzes: true },
        onRequest: requireRights(tokens, 'recognition', 'liveness'),
      },
      async (request, reply) => {
        const form = await readPictureForm(request, options);
        const citizenId = readPersonText(form, 'citizen_id');
        const { face, answer } = readFaceForm(form, { request, reply }, 'selfie', 'image');
        const { assessment, person, matches } = await persons.compare({ ...face, citizenId, liveness: true });
        request.log.info({ scan: assessment.scan.id, finding: assessment.scan.finding, matches }, 'compared');
        const liveness = renderLiveness(assessment, answer);
        if (matches === undefined) return reply.code(rejectionStatus).send(liveness);
        return {
          ...liveness,
          result: matches,
          result_text: resultText(matches, chooseLanguage(request.headers['accept-language'])),
          ...(matches ? { name: person.name, citizen_id: person.citizenId } : {}),
        };
      },
    );
  }
}
