import type { FastifyInstance } from 'fastify';
import Type from 'typebox';
import type { CaptureService } from '../../../capture/capture-service.js';

/** Seconds to cache the keys; a rotated key still opens packets for a day. */
const CACHE_SECONDS = 60;

const schema = {
  tags: ['Triface'],
  summary: 'The public keys for sealing capture packets (Liveness Plus)',
  response: {
    200: Type.Object(
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
    ),
  },
};

/** Dependencies and settings of the operation. */
export interface ReadCaptureKeysOptions {
  readonly capture: CaptureService;
  /** `*`, or the origins whose pages may read the answer */
  readonly origins: '*' | readonly string[];
}

/** `GET /triface/v1/capture/keys`: for browsers, without authentication. */
export function readCaptureKeys(app: FastifyInstance, { capture, origins }: ReadCaptureKeysOptions): void {
  app.get('/capture/keys', { schema }, async (request, reply) => {
    const { origin } = request.headers;
    if (origins === '*') reply.header('access-control-allow-origin', '*');
    else {
      reply.header('vary', 'origin');
      if (origin && origins.includes(origin)) reply.header('access-control-allow-origin', origin);
    }
    return (
      reply
        .header('cross-origin-resource-policy', 'cross-origin')
        // The page sets the time of its packets by this header, since phones' clocks may be wrong.
        .header('access-control-expose-headers', 'date')
        .header('cache-control', `public, max-age=${CACHE_SECONDS}`)
        .type('application/jwk-set+json')
        .send(JSON.stringify(await capture.readPublicKeys()))
    );
  });
}
