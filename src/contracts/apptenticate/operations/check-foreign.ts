import type { FastifyInstance } from 'fastify';
import { chooseLanguage } from '../../../platform/choose-language.js';
import { fieldError, reject, rejectionCodes } from '../errors.js';
import { faceFormLimit, readFaceForm, readPictureForm } from '../face-form.js';
import { readFile, readText } from '../form-values.js';
import { renderLiveness } from '../render.js';
import { resultText } from '../result-text.js';
import { DocumentAnswerSchema, ForeignFormSchema } from '../wire.js';
import { comparisonSchema } from './face-schema.js';
import type { RecognizeFaceOptions } from './recognize-face.js';
import { operationId, requireRights, versions } from './versions.js';

const documentTypes = ['passport', 'identification_card', 'profile_image'];

const schema = comparisonSchema(
  'Check the liveness of a selfie, then compare it with the largest face on a document',
  'Neither the document nor the faces are stored. Does not check whether the document is genuine.',
  DocumentAnswerSchema,
);

/** `POST /api/v3/biometrics/foreigns/` */
export function checkForeign(app: FastifyInstance, options: RecognizeFaceOptions): void {
  const { persons, tokens, rejectionStatus } = options;
  for (const version of versions) {
    app.post(
      `/${version}/biometrics/foreigns`,
      {
        bodyLimit: faceFormLimit(options, 2),
        schema: { ...schema, operationId: operationId('checkForeign', version) },
        config: { form: ForeignFormSchema, rejectsAsVerdict: true, analyzes: true },
        onRequest: requireRights(tokens, 'recognition', 'liveness'),
      },
      async (request, reply) => {
        const form = await readPictureForm(request, options);
        const type = readText(form, 'document_type').trim();
        if (!documentTypes.includes(type)) throw fieldError('document_type', `"${type.slice(0, 64)}" is not a valid choice.`);
        const document = readFile(form, 'frontside');
        const { face, answer } = readFaceForm(form, { request, reply }, 'selfie', 'image');
        const { assessment, documentAssessment, matches } = await persons.compareWithDocument({ ...face, document });
        request.log.info({ scan: assessment.scan.id, finding: assessment.scan.finding, matches }, 'compared with a document');
        if (!assessment.verdict.accepted) return reply.code(rejectionStatus).send(renderLiveness(assessment, answer));
        const unusable = documentAssessment?.verdict.findings[0];
        if (unusable !== undefined) {
          const { message, ...refusal } = reject(rejectionCodes[unusable]);
          return reply.code(rejectionStatus).send({ ...refusal, message, error_details: { frontside: message } });
        }
        return {
          ...renderLiveness(assessment, answer),
          result: matches,
          result_text: resultText(matches === true, chooseLanguage(request.headers['accept-language'])),
        };
      },
    );
  }
}
