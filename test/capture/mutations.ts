import fc from 'fast-check';
import { sealPacket } from '../../src/capture/packet/seal.js';
import type { CaptureKey } from '../../src/keys/capture-key.js';

/** One mutation of a packet: before it is sealed (anybody can seal for a public key), or afterwards. */
export type Mutation =
  | { readonly on: 'sealed' | 'plain'; readonly what: 'flip'; readonly at: number; readonly mask: number }
  | { readonly on: 'sealed' | 'plain'; readonly what: 'cut'; readonly at: number }
  | { readonly on: 'sealed' | 'plain'; readonly what: 'insert'; readonly at: number; readonly bytes: Uint8Array }
  | { readonly on: 'sealed'; readonly what: 'swap'; readonly at: number; readonly with: number }
  | { readonly on: 'sealed'; readonly what: 'head'; readonly value: unknown }
  | { readonly on: 'plain'; readonly what: 'value'; readonly at: number; readonly value: unknown }
  | { readonly on: 'plain'; readonly what: 'header'; readonly value: unknown };

const place = fc.nat(2 ** 31 - 1);
/** Numbers that break arithmetic, and any JSON. */
const value = fc.oneof(
  fc.constantFrom(0, -1, 0.5, 1e-300, 1e13, 1e300, 2 ** 31, 2 ** 53, '', 'x'.repeat(300), null, true, [], {}),
  fc.integer({ min: 0, max: 10_000 }),
  fc.double({ noNaN: true }),
  fc.jsonValue({ maxDepth: 3 }),
);
const bothSides = (on: 'sealed' | 'plain') =>
  fc.oneof(
    fc.record({ on: fc.constant(on), what: fc.constant('flip' as const), at: place, mask: fc.integer({ min: 1, max: 255 }) }),
    fc.record({ on: fc.constant(on), what: fc.constant('cut' as const), at: place }),
    fc.record({ on: fc.constant(on), what: fc.constant('insert' as const), at: place, bytes: fc.uint8Array({ maxLength: 32 }) }),
  );

/** Any one mutation; values in the header weigh most, since only they get past the seal. */
export const mutations: fc.Arbitrary<Mutation> = fc.oneof(
  { weight: 3, arbitrary: bothSides('sealed') },
  { weight: 2, arbitrary: bothSides('plain') },
  {
    weight: 1,
    arbitrary: fc.record({
      on: fc.constant('sealed' as const),
      what: fc.constant('swap' as const),
      at: fc.nat(4),
      with: fc.nat(4),
    }),
  },
  { weight: 1, arbitrary: fc.record({ on: fc.constant('sealed' as const), what: fc.constant('head' as const), value }) },
  {
    weight: 5,
    arbitrary: fc.record({ on: fc.constant('plain' as const), what: fc.constant('value' as const), at: place, value }),
  },
  { weight: 1, arbitrary: fc.record({ on: fc.constant('plain' as const), what: fc.constant('header' as const), value }) },
);

/** A packet before and after it was sealed, and the key. */
export interface Original {
  readonly plain: Uint8Array;
  readonly sealed: Uint8Array;
  readonly key: Pick<CaptureKey, 'kid' | 'publicJwk'>;
}

/** Applies mutations in order, those before the sealing first. */
export async function mutate({ plain, sealed, key }: Original, wanted: readonly Mutation[]): Promise<Uint8Array> {
  const before = wanted.filter(({ on }) => on === 'plain');
  const resealed = before.length === 0 ? sealed : await sealPacket(before.reduce(onPlain, plain), key.publicJwk, key.kid);
  return wanted.filter(({ on }) => on === 'sealed').reduce(onSealed, resealed);
}

/** @returns undefined where an earlier mutation left no JSON */
function parse(json: Uint8Array): unknown {
  try {
    return JSON.parse(Buffer.from(json).toString());
  } catch {
    return undefined;
  }
}

function onPlain(plain: Uint8Array, mutation: Mutation): Uint8Array {
  if (mutation.what !== 'value' && mutation.what !== 'header') return onBytes(plain, mutation);
  if (plain.length < 9) return plain;
  const length = new DataView(plain.buffer, plain.byteOffset).getUint32(5);
  const header = parse(plain.subarray(9, 9 + length));
  if (header === undefined) return plain;
  const changed = mutation.what === 'header' ? mutation.value : replaceLeaf(header, mutation.at, mutation.value);
  const json = Buffer.from(JSON.stringify(changed) ?? '');
  const prefix = Buffer.from(plain.subarray(0, 9));
  prefix.writeUInt32BE(json.length, 5);
  return Buffer.concat([prefix, json, plain.subarray(9 + length)]);
}

/** Replaces the value at an index, modulo the number of values. */
function replaceLeaf(root: unknown, at: number, value: unknown): unknown {
  const places: [Record<string, unknown>, string][] = [];
  const walk = (node: unknown) => {
    if (typeof node !== 'object' || node === null) return;
    for (const [key, child] of Object.entries(node)) {
      places.push([node as Record<string, unknown>, key]);
      walk(child);
    }
  };
  walk(root);
  const [parent, key] = places[at % Math.max(1, places.length)] ?? [];
  if (parent && key !== undefined) parent[key] = value;
  return root;
}

function onSealed(sealed: Uint8Array, mutation: Mutation): Uint8Array {
  if (mutation.what !== 'swap' && mutation.what !== 'head') return onBytes(sealed, mutation);
  const parts = Buffer.from(sealed).toString('latin1').split('.');
  if (mutation.what === 'head') {
    const head = parse(Buffer.from(parts[0]!, 'base64url'));
    const changed =
      typeof mutation.value === 'object' && mutation.value !== null && typeof head === 'object'
        ? { ...head, ...mutation.value }
        : mutation.value;
    parts[0] = Buffer.from(JSON.stringify(changed) ?? '').toString('base64url');
  } else [parts[mutation.at], parts[mutation.with]] = [parts[mutation.with] ?? '', parts[mutation.at] ?? ''];
  return Buffer.from(parts.join('.'), 'latin1');
}

function onBytes(bytes: Uint8Array, mutation: Mutation): Uint8Array {
  const changed = Buffer.from(bytes);
  if (!('at' in mutation)) return changed;
  const at = mutation.at % Math.max(1, changed.length);
  if (mutation.what === 'flip') changed[at]! ^= mutation.mask;
  if (mutation.what === 'cut') return changed.subarray(0, at);
  if (mutation.what === 'insert') return Buffer.concat([changed.subarray(0, at), mutation.bytes, changed.subarray(at)]);
  return changed;
}
