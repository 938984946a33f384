import Type, { type Static, type TProperties } from 'typebox';
import { Compile } from 'typebox/compile';
import { packetLimits as limits, type PacketHeader } from './layout.js';

const strict = <P extends TProperties>(properties: P) => Type.Object(properties, { additionalProperties: false });
const text = (maxLength: number = limits.label) => Type.String({ maxLength });
/** Epoch ms, or ms on a page's clock. */
const moment = Type.Number({ minimum: 0, maximum: 1e13 });
const side = (maximum: number) => Type.Integer({ minimum: 1, maximum });
const count = (maximum: number) => Type.Integer({ minimum: 0, maximum });
/** A number that browsers report. Implausible values are judged by the signals, so they are valid here. */
const reported = Type.Number({ minimum: 0, maximum: 1e6 });
const times = Type.Array(moment, { maxItems: limits.frameTimes });

const PhotoSchema = strict({
  mediaType: Type.Literal('image/jpeg'),
  width: side(limits.photoSide),
  height: side(limits.photoSide),
  length: side(2 ** 31),
  sha256: Type.String({ pattern: '^[\\w-]{43}$' }),
  at: moment,
});

const coordinate = Type.Number({ minimum: 0, maximum: limits.photoSide });
const extent = Type.Number({ minimum: 1, maximum: limits.photoSide });
const FrameSchema = strict({
  kind: Type.Union([Type.Literal('jpeg'), Type.Literal('luma'), Type.Literal('closer')]),
  width: side(limits.photoSide),
  height: side(limits.photoSide),
  length: side(limits.jpegFrame),
  at: moment,
  region: strict({ x: coordinate, y: coordinate, width: extent, height: extent }),
});

const TimingSchema = strict({
  openedAt: moment,
  capturedAt: moment,
  frameTimes: times,
  frameClock: Type.Union([Type.Literal('capture'), Type.Literal('presentation'), Type.Literal('none')]),
  mediaTimes: times,
  presentedFrames: Type.Optional(count(1e9)),
});

const CameraSchema = strict({
  label: text(),
  settings: strict({
    width: Type.Optional(reported),
    height: Type.Optional(reported),
    frameRate: Type.Optional(reported),
    facingMode: Type.Optional(text()),
    resizeMode: Type.Optional(text()),
  }),
  capabilities: Type.Optional(
    strict({
      maxWidth: Type.Optional(reported),
      maxHeight: Type.Optional(reported),
      maxFrameRate: Type.Optional(reported),
      count: count(1000),
    }),
  ),
  deviceCount: count(1000),
  otherLabels: Type.Array(text(), { maxItems: limits.list }),
});

const PageSchema = strict({
  userAgent: text(limits.userAgent),
  brands: Type.Optional(Type.Array(strict({ brand: text(), version: text() }), { maxItems: limits.list })),
  platform: text(),
  languageCount: count(1000),
  hardwareConcurrency: Type.Optional(count(100_000)),
  webdriver: Type.Boolean(),
  automation: Type.Array(text(), { maxItems: limits.list }),
  screen: strict({ width: reported, height: reported, pixelRatio: reported }),
  visibility: text(),
  isSecureContext: Type.Boolean(),
  embedded: Type.Boolean(),
});

/** The packet's header. */
const PacketHeaderSchema = strict({
  version: Type.Literal(1),
  createdAt: moment,
  nonce: Type.String({ pattern: '^[\\w-]{22}$' }),
  library: strict({ name: text(), version: text() }),
  externalMeta: text(limits.externalMeta),
  photo: PhotoSchema,
  frames: Type.Array(FrameSchema, { maxItems: limits.frames }),
  timing: TimingSchema,
  camera: CameraSchema,
  page: PageSchema,
});

// Holds the browser's type and the server's schema together: does not compile if only one of them is changed.
type Plain<T> = T extends readonly (infer E)[] ? Plain<E>[] : T extends object ? { -readonly [K in keyof T]: Plain<T[K]> } : T;
type Same<A, B> = A extends B ? (B extends A ? true : never) : never;
const same: Same<Static<typeof PacketHeaderSchema>, Plain<PacketHeader>> = true;
const validator = Compile(PacketHeaderSchema);

/** Whether a value is a valid header: fields, types, bounds, and the rules that involve several fields. */
export function isPacketHeader(value: unknown): value is PacketHeader {
  if (!same || !validator.Check(value)) return false;
  const { frames } = value as PacketHeader;
  return (
    frames.filter(({ kind }) => kind === 'jpeg').length <= limits.jpegFrames &&
    frames.filter(({ kind }) => kind === 'closer').length <= limits.closerFrames &&
    frames.every(
      ({ kind, width, height, length }) =>
        kind !== 'luma' || (width <= limits.lumaSide && height <= limits.lumaSide && length === width * height),
    )
  );
}
