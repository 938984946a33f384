import type { FastifyInstance } from 'fastify';
import { GalleryError } from '../../../gallery/gallery-error.js';
import { chooseLanguage } from '../../../platform/choose-language.js';
import { unknownNational } from '../errors.js';
import { faceFormLimit, readFaceForm, readPictureForm } from '../face-form.js';
import { checkPictureSize, readPersonText } from '../person-fields.js';
import { renderLiveness } from '../render.js';
import { renderCompared } from '../render-comparison.js';
import { DocumentAnswerSchema, NationalFormSchema, UnknownNationalSchema } from '../wire.js';
import { comparisonSchema } from './face-schema.js';
import type { RecognizeFaceOptions } from './recognize-face.js';
import { documentVersions, operationId, requireRights, versionedPath } from './versions.js';

const schema = comparisonSchema(
  'Check liveness, then compare with the person who has a citizen id',
  'Compares with the persons registered on this server, not with a national register.',
  DocumentAnswerSchema,
  UnknownNationalSchema,
);

/** `POST /api/v3/biometrics/nationals/`, and without a version */
export function checkNational(app: FastifyInstance, options: RecognizeFaceOptions): void {
  const { persons, tokens, rejectionStatus } = options;
  for (const version of documentVersions) {
    app.post(
      versionedPath(version, 'nationals'),
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
        checkPictureSize(face.sent);
        const { assessment, person, matches } = await persons
          .compare({ ...face, citizenId, liveness: true })
          .catch(refuseUnknownPerson);
        request.log.info({ scan: assessment.scan.id, finding: assessment.scan.finding, matches }, 'compared');
        if (matches === undefined) return reply.code(rejectionStatus).send(renderLiveness(assessment, answer));
        const compared = renderCompared(assessment, answer, matches, chooseLanguage(request.headers['accept-language']));
        if (!matches) return reply.code(rejectionStatus).send(compared);
        return { ...compared, name: person.name, citizen_id: person.citizenId };
      },
    );
  }
}

/** @throws ApiError if nobody has the citizen id; any other error as it is */
function refuseUnknownPerson(error: unknown): never {
  throw error instanceof GalleryError && error.fault === 'unknown-person' ? unknownNational() : error;
}
