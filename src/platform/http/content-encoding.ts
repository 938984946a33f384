import type { FastifyInstance } from 'fastify';
import { FormError } from '../form-error.js';

/**
 * Refuses encoded bodies, such as gzip, with 415 in each contract's form. Decoding would let a small body stand for one of any size, and
 * pictures hardly shrink. Call it before bodies are taken into memory.
 */
export function refuseEncodedBodies(app: FastifyInstance): void {
  app.addHook('preParsing', async ({ method, headers, is404 }) => {
    const encodings = (headers['content-encoding'] ?? '').split(',').map((encoding) => encoding.trim().toLowerCase());
    if (encodings.every((encoding) => encoding === '' || encoding === 'identity')) return;
    // The body of a GET is not read.
    const hasBody = headers['transfer-encoding'] !== undefined || Number(headers['content-length'] ?? 0) > 0;
    if (!hasBody || is404 || method === 'GET' || method === 'HEAD') return;
    throw new FormError('encoded', 'the content encoding is not supported: send the body without one');
  });
}
