import type { FastifyInstance } from 'fastify';
import { chooseLanguage } from '../../../platform/choose-language.js';
import { fieldError, ownCodes, reject, rejectionCodes } from '../errors.js';
import { faceFormLimit, readFaceForm, readPictureForm } from '../face-form.js';
import { readFile, readText } from '../form-values.js';
import { checkPictureSize } from '../person-fields.js';
import { renderLiveness } from '../render.js';
import { renderCompared } from '../render-comparison.js';
import { samePictureText } from '../result-text.js';
import { DocumentAnswerSchema, ForeignFormSchema } from '../wire.js';
import { comparisonSchema } from './face-schema.js';
import type { RecognizeFaceOptions } from './recognize-face.js';
import { documentVersions, operationId, requireRights, versionedPath } from './versions.js';

const documentTypes = ['passport', 'identification_card', 'profile_image'];

const schema = comparisonSchema(
  'Check the liveness of a selfie, then compare it with the portrait of a document',
  'The document may be turned. Neither the document nor the faces are stored. Does not check whether the document is genuine.',
  DocumentAnswerSchema,
);

/** `POST /api/v3/biometrics/foreigns/`, and without a version */
export function checkForeign(app: FastifyInstance, options: RecognizeFaceOptions): void {
  const { persons, tokens, rejectionStatus } = options;
  for (const version of documentVersions) {
    app.post(
      versionedPath(version, 'foreigns'),
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
        checkPictureSize(face.sent);
        checkPictureSize({ picture: document });
        const { assessment, documentAssessment, outcome } = await persons.compareWithDocument({ ...face, document });
        request.log.info({ scan: assessment.scan.id, finding: assessment.scan.finding, outcome }, 'compared with a document');
        if (!assessment.verdict.accepted) return reply.code(rejectionStatus).send(renderLiveness(assessment, answer));
        const language = chooseLanguage(request.headers['accept-language']);
        if (outcome === 'same-picture') {
          const message = samePictureText(language);
          return reply.code(rejectionStatus).send(refuseDocument(ownCodes['same-picture'], message));
        }
        const unusable = outcome === 'unclear' ? 'landmarks-unreliable' : documentAssessment?.verdict.findings[0];
        if (unusable !== undefined) {
          const { message, error_code } = reject(rejectionCodes[unusable]);
          return reply.code(rejectionStatus).send(refuseDocument(error_code, message));
        }
        const matches = outcome === 'match';
        return reply.code(matches ? 200 : rejectionStatus).send(renderCompared(assessment, answer, matches, language));
      },
    );
  }
}

/** The answer for a document that cannot be compared. */
const refuseDocument = (error_code: number, message: string) => ({
  valid: false,
  error_code,
  message,
  error_details: { frontside: message },
});
