import type { FastifyInstance } from 'fastify';
import { faceFormLimit, readFaceForm, readPictureForm } from '../face-form.js';
import { readOptionalBoolean } from '../form-values.js';
import { checkPictureSize, readPersonText } from '../person-fields.js';
import { renderPerson, renderRefusedFace } from '../render-person.js';
import { FaceFormErrorSchema, LivenessAnswerSchema, PersonFormSchema, PersonSchema } from '../wire.js';
import { duplicatesHeader, type PersonOptions, personsPath, personsUrl, pictureUrlFor } from './person-routes.js';
import { operationId, requireRights, versions } from './versions.js';

const schema = {
  tags: ['A: Apptenticate'],
  summary: 'Register a person with a picture',
  description: 'Checks liveness first if the account requires it. A refused picture registers nobody.',
  security: [{ apptenticate: [] }],
  consumes: ['multipart/form-data'],
  response: { 200: LivenessAnswerSchema, 201: PersonSchema, 400: FaceFormErrorSchema },
};

/** `POST /api/v3.2/biometrics/recognizer/persons/` */
export function createPerson(app: FastifyInstance, options: PersonOptions): void {
  const { persons, tokens, rejectionStatus } = options;
  for (const version of versions) {
    app.post(
      personsPath(version),
      {
        bodyLimit: faceFormLimit(options),
        schema: { ...schema, operationId: operationId('createPerson', version) },
        config: { form: PersonFormSchema, rejectsAsVerdict: true, analyzes: true },
        onRequest: requireRights(tokens, 'persons:write'),
      },
      async (request, reply) => {
        const pictureUrl = pictureUrlFor(request, options, personsUrl(request, options, version));
        const form = await readPictureForm(request, options);
        const citizenId = readPersonText(form, 'citizen_id');
        const name = readPersonText(form, 'name');
        const isBlocked = readOptionalBoolean(form, 'is_blocked') ?? false;
        const agreedTerms = readOptionalBoolean(form, 'agreed_terms') ?? false;
        const { face, answer } = readFaceForm(form, { request, reply }, 'image', 'selfie');
        checkPictureSize(face.sent);
        const { assessment, person, duplicates } = await persons.enrol({
          ...face,
          citizenId,
          name,
          isBlocked,
          agreedTerms,
        });
        request.log.info({ scan: assessment.scan.id, finding: assessment.scan.finding, person: person?.id }, 'registered');
        if (!person) return reply.code(rejectionStatus).send(renderRefusedFace(assessment, answer));
        return reply.code(201).headers(duplicatesHeader(request.caller!, duplicates)).send(renderPerson(person, pictureUrl));
      },
    );
  }
}
