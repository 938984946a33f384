import type { FastifyInstance } from 'fastify';
import Type from 'typebox';
import type { CaptureService } from '../../../capture/capture-service.js';

/** Seconds to cache the keys; a rotated key still opens packets for a day. */
const cacheSeconds = 60;

const KeysSchema = Type.Object(
  {
    keys: Type.Array(
      Type.Object({
        kty: Type.Literal('EC'),
        crv: Type.Literal('P-256'),
        x: Type.String(),
        y: Type.String(),
        kid: Type.String(),
        alg: Type.Literal('ECDH-ES'),
        use: Type.Literal('enc'),
      }),
    ),
  },
  { title: 'CaptureKeys', description: 'JWK set (RFC 7517)' },
);
const schema = {
  tags: ['Triface'],
  summary: 'The public keys for sealing capture packets (Liveness Plus)',
  response: {
    200: { description: 'JWK set (RFC 7517)', content: { 'application/jwk-set+json': { schema: KeysSchema } } },
  },
};

/** Dependencies of the operation. */
export interface ReadCaptureKeysOptions {
  readonly capture: CaptureService;
}

/** `GET /triface/v1/capture/keys`: for browsers, without authentication. */
export function readCaptureKeys(app: FastifyInstance, { capture }: ReadCaptureKeysOptions): void {
  app.get('/capture/keys', { schema, config: { crossOrigin: 'capture' } }, async (_request, reply) =>
    // The page sets the time of its packets by the header `Date`, since phones' clocks may be wrong.
    reply
      .header('cache-control', `public, max-age=${cacheSeconds}`)
      .header('cross-origin-resource-policy', 'cross-origin')
      .type('application/jwk-set+json')
      .send(JSON.stringify(await capture.readPublicKeys())),
  );
}
