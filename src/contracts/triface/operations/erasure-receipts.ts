import type { FastifyInstance } from 'fastify';
import Type from 'typebox';
import type { GalleryService } from '../../../gallery/gallery-service.js';
import { ErrorSchema, requireRight, TrifaceError } from '../errors.js';

const common = { tags: ['Triface'], security: [{ faceLiveness: [] }] };
const errors = { 401: ErrorSchema, 403: ErrorSchema, 429: ErrorSchema };

/** `GET /triface/v1/erasure-receipts/{id}`, and the key that verifies receipts at `GET /triface/v1/erasure-receipts/key`. */
export function erasureReceipts(app: FastifyInstance, { persons }: { persons: GalleryService }): void {
  app.get(
    '/erasure-receipts/key',
    {
      schema: {
        ...common,
        summary: 'The public key that verifies erasure receipts (JWK, Ed25519)',
        response: { 200: Type.Object({ kty: Type.String(), crv: Type.String(), x: Type.String() }), ...errors },
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
        params: Type.Object({ id: Type.String({ format: 'uuid' }) }),
        response: { 200: Type.Object({ receipt: Type.String({ description: 'compact JWS' }) }), 404: ErrorSchema, ...errors },
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
