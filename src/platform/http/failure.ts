import type { FastifyReply, FastifyRequest } from 'fastify';
import { BusyError } from '../../base/busy-error.js';
import { UnavailableError } from '../../base/unavailable-error.js';
import { WorkerFailedError } from '../../base/worker-failed-error.js';
import { FormError } from '../form-error.js';

/** Why a request failed, without regard to the contract. `message` may be shown to the client. */
export type Failure =
  /** no capacity or time now; the seconds are for `Retry-After`, which {@link answerFailure} sets */
  | { readonly kind: 'busy'; readonly retryAfterSeconds: number }
  /** the database, a key or the clock is out of order; the seconds are for `Retry-After`, as above */
  | { readonly kind: 'unavailable'; readonly retryAfterSeconds: number }
  /** the body exceeds the limit of its route */
  | { readonly kind: 'body-too-large'; readonly status: 413 }
  /** a form or one of its files exceeds a limit */
  | { readonly kind: 'form-too-large'; readonly message: string }
  | { readonly kind: 'form-malformed'; readonly message: string; readonly field: string | undefined }
  /** a text is not valid in its charset; `field` is its name, if it is known */
  | { readonly kind: 'text-malformed'; readonly message: string; readonly field: string | undefined }
  /** the body arrived too slowly, or not at all */
  | { readonly kind: 'too-slow'; readonly message: string }
  /** the operation takes a form, and the body is not one */
  | { readonly kind: 'not-a-form'; readonly message: string }
  | { readonly kind: 'unsupported-media-type'; readonly status: 415 }
  /** the body has a content encoding, such as gzip */
  | { readonly kind: 'unsupported-encoding'; readonly message: string }
  /** credentials are missing or wrong */
  | { readonly kind: 'unauthenticated'; readonly status: 401 }
  /**
   * the body does not match its schema; `path` is the JSON pointer of the value at fault, `missing` the name of an absent
   * property
   */
  | { readonly kind: 'invalid'; readonly status: number; readonly path: string; readonly missing: unknown }
  /** any other fault of the request, such as broken JSON */
  | { readonly kind: 'client-error'; readonly status: number }
  /** a worker thread died or failed; logged */
  | { readonly kind: 'engine-failed' }
  /** anything else: a bug, or a database that does not answer; logged */
  | { readonly kind: 'internal' };

/** The name of a class of failures. */
export type FailureKind = Failure['kind'];

/** What a client gets for a failure. */
export interface FailureAnswer {
  readonly status: number;
  readonly body: object;
}

/** How a contract answers each class of failures. */
export type FailureRenderers = {
  readonly [Kind in FailureKind]: (failure: Extract<Failure, { kind: Kind }>, request: FastifyRequest) => FailureAnswer;
};

/** What is read of an error of Fastify or one of its plugins. */
interface HttpError {
  readonly statusCode?: number;
  readonly validation?: readonly { readonly instancePath?: string; readonly params?: { readonly missingProperty?: unknown } }[];
}

/**
 * Tells which class of failure an error of a request is. The contracts handle their own errors before.
 * @internal exported for its test: everything else calls {@link answerFailure}
 */
export function classify(error: unknown): Failure {
  if (error instanceof BusyError) return { kind: 'busy', retryAfterSeconds: error.retryAfterSeconds };
  if (error instanceof UnavailableError) return { kind: 'unavailable', retryAfterSeconds: error.retryAfterSeconds };
  if (error instanceof FormError) {
    const { fault, message, field } = error;
    if (fault === 'bad-text') return { kind: 'text-malformed', message, field };
    return fault === 'malformed' ? { kind: 'form-malformed', message, field } : { kind: formFailures[fault], message };
  }
  if (error instanceof WorkerFailedError) return { kind: 'engine-failed' };
  if (typeof error !== 'object' || error === null) return { kind: 'internal' };
  const { statusCode: status = 500, validation } = error as HttpError;
  if (validation) {
    const [fault] = validation;
    return { kind: 'invalid', status, path: fault?.instancePath ?? '', missing: fault?.params?.missingProperty };
  }
  if (status === 401) return { kind: 'unauthenticated', status };
  if (status === 413) return { kind: 'body-too-large', status };
  if (status === 415) return { kind: 'unsupported-media-type', status };
  return status < 500 ? { kind: 'client-error', status } : { kind: 'internal' };
}

const formFailures = {
  'too-large': 'form-too-large',
  'not-a-form': 'not-a-form',
  encoded: 'unsupported-encoding',
  'too-slow': 'too-slow',
} as const;

/**
 * Sends a contract's answer for an error, with `Retry-After` if the client may try again, and logs what the client did not cause.
 * What is unavailable is logged once by whoever watches it, not with each request.
 */
export function answerFailure(
  error: unknown,
  request: FastifyRequest,
  reply: FastifyReply,
  renderers: FailureRenderers,
): FastifyReply {
  const failure = classify(error);
  if (failure.kind === 'engine-failed' || failure.kind === 'internal') request.log.error({ err: error }, 'failed');
  if ('retryAfterSeconds' in failure) reply.header('retry-after', String(failure.retryAfterSeconds));
  // What is accepted (RFC 9110, 15.5.16).
  if (failure.kind === 'unsupported-encoding') reply.header('accept-encoding', 'identity');
  const render = renderers[failure.kind] as (failure: Failure, request: FastifyRequest) => FailureAnswer;
  const { status, body } = render(failure, request);
  return reply.code(status).send(body);
}
