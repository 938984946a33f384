import type { FastifyInstance } from 'fastify';
import { faceFormLimit, readFaceForm, readPictureForm } from '../face-form.js';
import { readOptionalBoolean } from '../form-values.js';
import { checkPictureSize, readOptionalText } from '../person-fields.js';
import { mayRead, renderChanged, renderPerson, renderRefusedFace } from '../render-person.js';
import { FaceFormErrorSchema, LivenessAnswerSchema, PersonChangeSchema, PersonReceiptSchema, PersonSchema } from '../wire.js';
import { duplicatesHeader, findOwnPerson, type PersonOptions, personsPath, personsUrl, pictureUrlFor } from './person-routes.js';
import { operationId, requireRights, versions } from './versions.js';

const schema = {
  tags: ['A: Apptenticate'],
  summary: 'Change a person; a new picture replaces all earlier ones',
  security: [{ apptenticate: [] }],
  consumes: ['multipart/form-data', 'application/x-www-form-urlencoded', 'application/json'],
  // a person, what a caller who may not read may know of it, or a refused picture
  response: { 200: { anyOf: [PersonSchema, PersonReceiptSchema, LivenessAnswerSchema] }, 400: FaceFormErrorSchema },
};

/** `PATCH /api/v3.2/biometrics/recognizer/persons/{id}/` */
export function changePerson(app: FastifyInstance, options: PersonOptions): void {
  const { persons, tokens, rejectionStatus } = options;
  for (const version of versions) {
    app.patch(
      `${personsPath(version)}/:id`,
      {
        bodyLimit: faceFormLimit(options),
        schema: { ...schema, operationId: operationId('changePerson', version) },
        config: { form: PersonChangeSchema, rejectsAsVerdict: true, analyzes: true },
        onRequest: requireRights(tokens, 'persons:write'),
      },
      async (request, reply) => {
        const pictureUrl = pictureUrlFor(request, options, personsUrl(request, options, version));
        const { number: person } = await findOwnPerson(request, options);
        const form = await readPictureForm(request, options);
        const citizenId = readOptionalText(form, 'citizen_id');
        const name = readOptionalText(form, 'name');
        const isBlocked = readOptionalBoolean(form, 'is_blocked');
        const agreedTerms = readOptionalBoolean(form, 'agreed_terms');
        const hasPicture = ['image', 'selfie', 'encrypted_file'].some((field) => form.files.has(field) || form.fields.has(field));
        const read = hasPicture ? readFaceForm(form, { request, reply }, 'image', 'selfie') : undefined;
        if (read) checkPictureSize(read.face.sent);
        const changed = await persons.change({
          caller: request.caller!,
          person,
          change: {
            ...(citizenId === undefined ? {} : { citizenId }),
            ...(name === undefined ? {} : { name }),
            ...(isBlocked === undefined ? {} : { isBlocked }),
            ...(agreedTerms === undefined ? {} : { agreedTerms }),
          },
          ...(read ? { picture: { mode: 'replace', ...read.face } } : {}),
        });
        if (changed.person) {
          const { caller } = request;
          reply.headers(duplicatesHeader(caller!, changed.duplicates));
          if (mayRead(caller!)) return renderPerson(changed.person, pictureUrl);
          const sent = { citizen_id: citizenId, name, is_blocked: isBlocked, agreed_terms: agreedTerms, image: read };
          return renderChanged(changed.person, pictureUrl, namesOf(sent));
        }
        return reply.code(rejectionStatus).send(renderRefusedFace(changed.assessment!, read!.answer));
      },
    );
  }
}

/** The names of the fields that have a value. */
const namesOf = <Name extends string>(fields: Readonly<Record<Name, unknown>>): Name[] =>
  (Object.keys(fields) as Name[]).filter((name) => fields[name] !== undefined);
