import type { FastifyInstance } from 'fastify';
import { mayRead, renderChanged, renderPerson } from '../render-person.js';
import { PersonReceiptSchema, PersonSchema } from '../wire.js';
import { findOwnPerson, type PersonOptions, personsPath, personsUrl, pictureUrlFor } from './person-routes.js';
import { operationId, requireRights, versions } from './versions.js';

const schema = {
  tags: ['A: Apptenticate'],
  summary: 'Erase a person',
  description:
    'Returns the person as it was (without the right `persons:read`: its id). Rows, pictures, templates, scans and the key are erased. The header `triface-erasure-receipt` contains the signed proof (compact JWS).',
  security: [{ apptenticate: [] }],
  response: { 200: { anyOf: [PersonSchema, PersonReceiptSchema] } },
};

/** `DELETE /api/v3.2/biometrics/recognizer/persons/{id}/` */
export function deletePerson(app: FastifyInstance, options: PersonOptions): void {
  const { persons, tokens } = options;
  for (const version of versions) {
    app.delete(
      `${personsPath(version)}/:id`,
      {
        schema: { ...schema, operationId: operationId('deletePerson', version) },
        onRequest: requireRights(tokens, 'persons:write'),
      },
      async (request, reply) => {
        const pictureUrl = pictureUrlFor(request, options, personsUrl(request, options, version));
        const { accountId: actor, companyId } = request.caller!;
        const { number } = await findOwnPerson(request, options);
        const { person, receipt, replicas } = await persons.erase({ actor, companyId, person: number });
        request.log.info({ person: person.id, ...replicas }, 'erased');
        const gone = { ...person, pictureId: null };
        reply.header('triface-erasure-receipt', receipt);
        return mayRead(request.caller!) ? renderPerson(gone, pictureUrl) : renderChanged(gone, pictureUrl, ['image']);
      },
    );
  }
}
