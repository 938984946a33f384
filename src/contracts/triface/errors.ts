import type { FastifyRequest } from 'fastify';
import Type from 'typebox';
import type { Right } from '../../base/settings/rights.js';

/** The format of every error. */
export const ErrorSchema = Type.Object({ error: Type.String(), message: Type.String() }, { title: 'TrifaceError' });

/** An onRequest hook, after authentication: no body is read for a caller who lacks the right. @throws TrifaceError 403 */
export const requireRight =
  (right: Right) =>
  async (request: FastifyRequest): Promise<void> => {
    if (!request.caller!.rights.includes(right)) throw new TrifaceError(403, 'forbidden', `the account lacks the right ${right}`);
  };

/** An error response: `{error, message}`. */
export class TrifaceError extends Error {
  override name = 'TrifaceError';
  constructor(
    readonly status: number,
    readonly code: string,
    message: string,
    readonly headers: Readonly<Record<string, string>> = {},
  ) {
    super(message);
  }
}
