import type { TSchema } from 'typebox';
import type { Caller } from '../identity/caller.js';

/** Whose pages may read the answers of a route. */
export type CrossOriginRule =
  /** only this server's own */
  | 'none'
  /** anybody's: the answer is public and the same for all */
  | 'public'
  /** the registered clients', and those of `TRIFACE_ORIGINS` */
  | 'applications'
  /** the same, and those of `TRIFACE_CAPTURE_ORIGINS` */
  | 'capture';

declare module 'fastify' {
  interface FastifyContextConfig {
    /** fields of a form that the operation reads itself; documentation only, since Fastify does not validate multipart bodies */
    form?: TSchema;
    /** the query that the operation reads itself; documentation only, so that errors have the contract's form */
    query?: TSchema;
    /** the request brings pictures for the engine: it takes a place there before its body is read (see addAdmission) */
    analyzes?: true;
    /** member of the JSON body that may be a large picture in base64: it is decoded without becoming a string */
    base64Member?: string;
    /** contract A: failures of this operation are answered with a rejection code */
    rejectsAsVerdict?: boolean;
    /** contract C: errors of this operation have the OAuth 2.0 form */
    oauth?: boolean;
    /** whose pages may read the answers; default: only this server's own */
    crossOrigin?: CrossOriginRule;
  }
  interface FastifyInstance {
    /** the gateway's prefix of contract C, or empty */
    pathPrefix: string;
    /** whether an address is one of `TRIFACE_TRUST_PROXY` */
    isTrustedProxy: (address: string) => boolean;
  }
  interface FastifyRequest {
    /** set by the contract's authentication hook */
    caller?: Caller;
  }
}
