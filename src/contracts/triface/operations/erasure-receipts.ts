import type { FastifyInstance } from 'fastify';
import Type from 'typebox';
import type { GalleryService } from '../../../gallery/gallery-service.js';
import { requireRight, TrifaceError } from '../errors.js';

const common = { tags: ['Triface'], security: [{ faceLiveness: [] }] };

/** `GET /triface/v1/erasure-receipts/{id}`, and the key that verifies receipts at `GET /triface/v1/erasure-receipts/key`. */
export function erasureReceipts(app: FastifyInstance, { persons }: { persons: GalleryService }): void {
  app.get(
    '/erasure-receipts/key',
    {
      schema: {
        ...common,
        summary: 'The public key that verifies erasure receipts (JWK, Ed25519)',
        response: { 200: Type.Object({ kty: Type.String(), crv: Type.String(), x: Type.String() }) },
      },
    },
    async () => persons.receiptKey,
  );
  app.get<{ Params: { id: string } }>(
    '/erasure-receipts/:id',
    {
      schema: {
        ...common,
        summary: 'The signed proof of an erasure',
        description: 'Receipts that the operator has moved to an archive are not found (404).',
        params: Type.Object({ id: Type.String({ format: 'uuid' }) }),
        response: { 200: Type.Object({ receipt: Type.String({ description: 'compact JWS' }) }) },
      },
      onRequest: requireRight('persons:read'),
    },
    async (request) => {
      const receipt = await persons.findReceipt(request.caller!.companyId, request.params.id);
      if (receipt === undefined) throw new TrifaceError(404, 'not-found', 'the receipt does not exist');
      return { receipt };
    },
  );
}
