import { Transform } from 'node:stream';
import type { FastifyInstance, FastifyRequest } from 'fastify';
import { BusyError } from '../../base/busy-error.js';
import { clientNetwork } from '../../base/client-network.js';
import { FairShares } from '../../base/fair-shares.js';
import { RunningMean } from '../../base/running-mean.js';
import { isMultipart } from '../body-parsers.js';
import { FormError } from '../form-error.js';
import { type ArrivalLimits, BodyArrival } from './body-arrival.js';
import { clientAddress } from './client-address.js';
import { sendContinue } from './request-head.js';

/** Limits of the request bodies in memory. */
export interface IntakeLimits extends ArrivalLimits {
  /** bytes of all bodies together */
  readonly bytes: number;
}

/** Bytes of a body whose sender has not logged in: a login form is small. */
const longestAnonymous = 65_536;
/** What a request costs besides its body, in bytes. */
const requestBytes = 16_384;
/** The part of the memory for bodies that clients without an account may take together, and its minimum in bytes. */
const anonymousPart = 1 / 16;
const anonymousMinimum = 1_048_576;
/** Milliseconds between two looks at how bodies arrive. */
const paceMs = 250;
/** The longest wait that `Retry-After` asks for, in seconds. */
const longestWait = 60;

const arrivals = new WeakMap<FastifyRequest, BodyArrival>();

/** The body of a request on its way; undefined if it has none. */
export const findArrival = (request: FastifyRequest): BodyArrival | undefined => arrivals.get(request);

/** The request bodies in memory, and who sends them. */
class Intake {
  readonly #accounts: FairShares;
  readonly #anonymous: FairShares;
  readonly #holdMs = new RunningMean();
  readonly #open = new Set<BodyArrival>();
  #timer: NodeJS.Timeout | undefined;

  constructor(private readonly limits: IntakeLimits) {
    this.#accounts = new FairShares(limits.bytes);
    this.#anonymous = new FairShares(Math.max(anonymousMinimum, limits.bytes * anonymousPart));
  }

  /**
   * @param announced bytes; NaN: unknown
   * @param longest bytes
   * @returns the arrival, and what to call when the request has been answered
   * @throws BusyError if its sender has its share of the memory already
   */
  open(request: FastifyRequest, announced: number, longest: number): { arrival: BodyArrival; close(): void } {
    const { caller } = request;
    const shares = caller ? this.#accounts : this.#anonymous;
    const owner = caller ? caller.accountId : clientNetwork(clientAddress(request));
    // What is announced must fit, but only what arrives is charged.
    const share = shares.fits(owner, requestBytes + (announced || 0)) ? shares.take(owner, requestBytes) : undefined;
    if (!share) throw this.#busy();
    const arrival = new BodyArrival(this.limits, longest, (bytes) => (share.grow(bytes) ? undefined : this.#busy()));
    const began = performance.now();
    this.#open.add(arrival);
    this.#timer ??= setInterval(() => this.#checkPace(), paceMs).unref();
    return {
      arrival,
      close: () => {
        arrival.end();
        this.#open.delete(arrival);
        share.release();
        this.#holdMs.add(performance.now() - began);
      },
    };
  }

  #checkPace(): void {
    for (const arrival of this.#open) arrival.checkPace();
    if (this.#open.size > 0) return;
    clearInterval(this.#timer);
    this.#timer = undefined;
  }

  /** A body is held for the mean time, so about then there is room again. */
  #busy(): BusyError {
    return new BusyError('full', Math.min(longestWait, Math.max(1, Math.ceil(this.#holdMs.value / 1000))));
  }
}

/**
 * Limits the bodies in memory, as they arrive: how much of them there is, how much of that one account or address may hold
 * ({@link FairShares}), how long one may be, and how slowly it may come. Each body is in memory until its request is answered.
 *
 * Authentication comes first (in `onRequest`), so that a caller without valid credentials is refused by its headers. Where a body
 * carries the credentials, it may have 64 KiB. A path without a route is answered without its body.
 *
 * The errors are BusyError and FormError, which each contract answers in its own form.
 */
export function addIntakeLimit(app: FastifyInstance, limits: IntakeLimits): void {
  const intake = new Intake(limits);
  app.addHook('preParsing', async (request, reply, payload) => {
    const { 'content-length': declared, 'transfer-encoding': chunked } = request.headers;
    const announced = chunked === undefined ? Number(declared ?? 0) : Number.NaN;
    if (request.is404) {
      // Without these, Fastify does not read the body.
      for (const name of ['content-type', 'content-length', 'transfer-encoding']) delete request.raw.headers[name];
      return payload;
    }
    if (announced === 0) {
      // Clients name a type with every request; without a body it means nothing.
      delete request.raw.headers['content-type'];
      return payload;
    }
    const routeLimit = request.routeOptions.bodyLimit ?? app.initialConfig.bodyLimit!;
    const longest = request.caller ? routeLimit : Math.min(routeLimit, longestAnonymous);
    if (announced > longest) throw new FormError('too-large', 'the request body is too large');
    const { arrival, close } = intake.open(request, announced, longest);
    arrivals.set(request, arrival);
    reply.raw.once('close', close);
    request.raw.once('end', () => arrival.end());
    sendContinue(request.raw, reply.raw);
    // The reader of multipart bodies takes the request itself, and counts.
    return isMultipart(request) ? payload : countedBody(request, arrival);
  });
}

/** The body as a stream that fails with its arrival. */
function countedBody({ raw }: FastifyRequest, arrival: BodyArrival): Transform {
  const counted = new Transform({
    transform(chunk: Buffer, _encoding, done) {
      arrival.count(chunk.length);
      done(null, chunk);
    },
  });
  // Nobody may read it any more when it fails: an error that nobody hears would end the process.
  counted.on('error', () => {});
  arrival.onFail((error) => {
    raw.unpipe(counted);
    counted.destroy(error);
  });
  raw.once('close', () => {
    if (!raw.complete) counted.destroy(new FormError('malformed', 'the body ends early'));
  });
  return raw.pipe(counted);
}
