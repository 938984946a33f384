import type { FastifyInstance, FastifyRequest } from 'fastify';
import Type from 'typebox';
import type { Enrolment } from '../../../gallery/enrolments.js';
import { GalleryError } from '../../../gallery/gallery-error.js';
import type { GalleryService } from '../../../gallery/gallery-service.js';
import type { Person } from '../../../gallery/person.js';
import { clientGone } from '../../../platform/client-gone.js';
import { readForm } from '../../../platform/read-form.js';
import { ErrorSchema, requireRight } from '../errors.js';
import { RefusalSchema, renderRefusal } from '../person-view.js';
import { readImage } from '../read-image.js';

const EnrolmentSchema = Type.Object(
  {
    id: Type.String({ format: 'uuid' }),
    model: Type.String({ description: 'the model that created the template; templates of different models are not comparable' }),
    quality: Type.Number({ minimum: 0, maximum: 1 }),
    pictureKept: Type.Boolean(),
    createdAt: Type.String({ format: 'date-time' }),
  },
  { title: 'Enrolment' },
);
const common = { tags: ['Triface'], security: [{ faceLiveness: [] }] };
const person = Type.String({ description: 'id of the person, as returned by contract A' });
const path = '/persons/:person/enrolments';
const form = Type.Object({
  image: Type.Unsafe<string>({ type: 'string', format: 'binary', description: 'another picture of the person' }),
});

/** `GET|POST /triface/v1/persons/{id}/enrolments`, `DELETE …/{enrolment}`: several pictures per person. */
export function enrolments(app: FastifyInstance, { persons }: { persons: GalleryService }): void {
  const findOwn = async (request: FastifyRequest): Promise<Person> => {
    const { person } = request.params as { person: string };
    const found = /^\d{1,9}$/.test(person) ? await persons.find(request.caller!.companyId, Number(person)) : undefined;
    if (!found) throw new GalleryError('unknown-person');
    return found;
  };
  app.get(
    path,
    {
      schema: {
        ...common,
        summary: "A person's enrolments, oldest first",
        params: Type.Object({ person }),
        response: { 200: Type.Array(EnrolmentSchema) },
      },
      onRequest: requireRight('persons:read'),
    },
    async (request) => {
      return (await persons.listEnrolments(await findOwn(request))).map(render);
    },
  );

  app.post(
    path,
    {
      schema: {
        ...common,
        summary: 'Add an enrolment to a person from another picture',
        consumes: ['multipart/form-data'],
        params: Type.Object({ person }),
        response: { 200: RefusalSchema, 201: EnrolmentSchema, 409: ErrorSchema },
      },
      config: { form, analyzes: true },
      onRequest: requireRight('persons:write'),
    },
    async (request, reply) => {
      const found = await findOwn(request);
      const changed = await persons.change({
        caller: request.caller!,
        person: found.number,
        change: {},
        picture: {
          mode: 'add',
          contract: 'triface',
          sent: { picture: readImage(await readForm(request)) },
          signal: clientGone(reply),
        },
      });
      if (!changed.enrolment) return renderRefusal(changed.assessment!);
      return reply.code(201).send(render(changed.enrolment));
    },
  );

  app.delete(
    `${path}/:enrolment`,
    {
      schema: {
        ...common,
        summary: "Remove one of a person's enrolments",
        params: Type.Object({ person, enrolment: Type.String({ format: 'uuid' }) }),
        response: { 204: Type.Null(), 409: ErrorSchema },
      },
      onRequest: requireRight('persons:write'),
    },
    async (request, reply) => {
      const { number } = await findOwn(request);
      const { enrolment: id } = request.params as { enrolment: string };
      await persons.removeEnrolment({ caller: request.caller!, person: number, id });
      return reply.code(204).send();
    },
  );
}

const render = ({ id, model, quality, pictureId, createdAt }: Enrolment) => ({
  id,
  model,
  quality,
  pictureKept: pictureId !== null,
  createdAt: new Date(createdAt).toISOString(),
});
