import { Random } from '../random.js';
import { findFault } from './check-answer.js';
import { Coverage } from './coverage.js';
import { readDocument } from './document.js';
import { encode } from './draft.js';
import { mutate } from './mutate.js';
import { makeValid } from './valid-request.js';
import { isWhole, send, serialize } from './wire.js';
import type { World } from './world.js';

/** What to send. */
export interface FuzzOptions {
  readonly seed: number;
  readonly requests: number;
  /** only the request with this number */
  readonly only?: number | undefined;
}

/** A request whose answer is not as documented. */
export interface Finding {
  readonly number: number;
  readonly fault: string;
  readonly request: string;
  readonly answer: string;
}

/** Requests in progress at the same time. */
const concurrency = 8;
/** Number of requests after which wrong passwords are forgotten. */
const forgivenEvery = 500;
/** Share of the requests that are sent as they are. */
const validShare = 0.15;
/** Bytes of a request or an answer that are shown. */
const shown = 1500;

/** Sends requests to every documented operation, valid and changed ones, and compares each answer with openapi.yaml. */
export async function runFuzz(
  world: World,
  { seed, requests, only }: FuzzOptions,
): Promise<{ findings: Finding[]; coverage: Coverage }> {
  const document = readDocument();
  const coverage = new Coverage();
  const findings: Finding[] = [];
  let next = only ?? 0;
  const end = only === undefined ? requests : only + 1;
  const sendAll = async (): Promise<void> => {
    while (next < end) {
      const number = next++;
      if (number % forgivenEvery === 0) await world.forgiveAttempts();
      // Each request has its own seed, so that it can be repeated alone.
      const random = new Random(Math.imul(seed, 0x9e3779b1) + number);
      const operation = document.operations[number % document.operations.length]!;
      const draft = await makeValid(operation, world, random);
      if (random.next() >= validShare) mutate(draft, world, random);
      const request = encode(draft);
      const bytes = serialize(request);
      const answer = await send(world.server.url, bytes, isWhole(request));
      coverage.count(operation, answer?.status ?? 0);
      const fault = findFault(document, request, answer);
      if (fault === undefined) continue;
      const head = answer && [...answer.headers].map(([name, value]) => `${name}: ${value}`).join('\n');
      findings.push({
        number,
        fault,
        request: bytes.subarray(0, shown).toString('latin1'),
        answer: answer ? `${answer.status}\n${head}\n\n${answer.body.subarray(0, shown).toString('latin1')}` : 'none',
      });
    }
  };
  await Promise.all(Array.from({ length: concurrency }, sendAll));
  return { findings, coverage };
}
