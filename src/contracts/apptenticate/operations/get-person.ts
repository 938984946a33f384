import type { FastifyInstance } from 'fastify';
import { filesOf } from '../../../platform/http/document-errors.js';
import { notFound } from '../errors.js';
import { renderPerson } from '../render-person.js';
import { PersonSchema } from '../wire.js';
import { findOwnPerson, type PersonOptions, personsPath, personsUrl } from './person-routes.js';
import { operationId, requireRights, versions } from './versions.js';

const shared = { tags: ['A: Apptenticate'], security: [{ apptenticate: [] }] };

/** `GET /api/v3.2/biometrics/recognizer/persons/{id}/`, and the picture at `…/{id}/image/`. */
export function getPerson(app: FastifyInstance, options: PersonOptions): void {
  const { persons, tokens } = options;
  for (const version of versions) {
    const onRequest = requireRights(tokens, 'persons:read');
    const path = `${personsPath(version)}/:id`;
    const id = (name: string) => ({ operationId: operationId(name, version) });
    app.get(
      path,
      { schema: { ...shared, ...id('getPerson'), summary: 'A person', response: { 200: PersonSchema } }, onRequest },
      async (request) => renderPerson(await findOwnPerson(request, options), personsUrl(request, options, version)),
    );
    app.get(
      `${path}/image`,
      {
        schema: {
          ...shared,
          ...id('getPersonImage'),
          summary: "A person's picture, as originally uploaded",
          response: { 200: filesOf('the picture', 'image/jpeg', 'image/png') },
        },
        onRequest,
      },
      async (request, reply) => {
        const picture = await persons.readPicture(request.caller!, await findOwnPerson(request, options));
        if (!picture) throw notFound();
        return reply
          .type(picture.mediaType)
          .headers({ 'cache-control': 'private, no-store', 'content-disposition': 'inline' })
          .send(picture.bytes);
      },
    );
  }
}
