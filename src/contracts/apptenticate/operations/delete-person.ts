import type { FastifyInstance } from 'fastify';
import { renderPerson } from '../render-person.js';
import { PersonSchema } from '../wire.js';
import { findOwnPerson, type PersonOptions, personsPath, personsUrl } from './person-routes.js';
import { operationId, requireRights, versions } from './versions.js';

const schema = {
  tags: ['A: Apptenticate'],
  summary: 'Erase a person',
  description:
    'Returns the person as it was. Rows, pictures, templates, scans and the key are erased. The header `triface-erasure-receipt` contains the signed proof (compact JWS).',
  security: [{ apptenticate: [] }],
  response: { 200: PersonSchema },
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
        const url = personsUrl(request, options, version);
        const { accountId: actor, companyId } = request.caller!;
        const { number } = await findOwnPerson(request, options);
        const { person, receipt, replicas } = await persons.erase({ actor, companyId, person: number });
        request.log.info({ person: person.id, ...replicas }, 'erased');
        return reply.header('triface-erasure-receipt', receipt).send({ ...renderPerson(person, url), image: null });
      },
    );
  }
}
