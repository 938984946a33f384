import type { TSchema } from 'typebox';
import type { Caller } from '../identity/caller.js';

declare module 'fastify' {
  interface FastifyContextConfig {
    /** the fields of a form that the operation reads itself: documentation only, Fastify validates no multipart body */
    form?: TSchema;
    /** the query that the operation reads itself: documentation only, so that its errors are the contract's */
    query?: TSchema;
    /** contract A: a failure of this operation is answered with a rejection code */
    rejectsAsVerdict?: boolean;
    /** contract C: errors of this operation are OAuth2's */
    oauth?: boolean;
  }
  interface FastifyRequest {
    /** set by the contract's authentication hook */
    caller?: Caller;
  }
}
