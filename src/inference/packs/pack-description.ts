import Type, { type Static } from 'typebox';
import Value from 'typebox/value';
import { PackError } from './pack-error.js';

const strict = { additionalProperties: false } as const;
/** A plain file name: no folder, no leading dot, nothing that could lead out of the pack. */
export const FileName = Type.String({ pattern: '^[A-Za-z0-9][A-Za-z0-9._-]*\\.onnx$', maxLength: 128 });
export const Sha256 = Type.String({ pattern: '^[0-9a-f]{64}$' });
export const PackName = Type.String({ pattern: '^[a-z0-9]+(-[a-z0-9]+)*$', maxLength: 64 });
export const PackVersion = Type.String({ pattern: '^[0-9A-Za-z]([0-9A-Za-z.+-]*[0-9A-Za-z])?$', maxLength: 32 });
/** At most a thousand times the shipped model's weight; more would be a typing error. */
export const Weight = Type.Number({ exclusiveMinimum: 0, maximum: 1000 });
const Text = Type.String({ minLength: 1, maxLength: 2000 });
const Side = Type.Integer({ minimum: 8, maximum: 1024 });

const InputSchema = Type.Object(
  {
    name: Type.String({ minLength: 1 }),
    width: Side,
    height: Side,
    layout: Type.Enum(['nchw', 'nhwc']),
    colour: Type.Enum(['rgb', 'bgr', 'grey'], { description: 'channel order; grey is the luma of ITU-R BT.601' }),
    mean: Type.Array(Type.Number(), {
      minItems: 1,
      maxItems: 3,
      description: '0..255, one number per channel, in channel order',
    }),
    scale: Type.Array(Type.Number(), { minItems: 1, maxItems: 3, description: 'value = (v − mean) · scale, where v is 0..255' }),
  },
  strict,
);

const CropSchema = Type.Object(
  {
    box: Type.Enum(['raw', 'square-height', 'square-longer'], {
      description:
        "what is scaled: the detector's box, or a square around its centre whose side is the box's height or its longer side",
    }),
    scale: Type.Number({ minimum: 0.5, maximum: 8 }),
    outside: Type.Enum(['shift', 'zero', 'reflect'], {
      description:
        'a crop that extends beyond the picture is moved inside (and shrunk proportionally if it does not fit), filled with black, or filled with the picture mirrored at its edge pixels (reflect-101)',
    }),
  },
  strict,
);

const LivenessNetworkSchema = Type.Object(
  {
    file: FileName,
    sha256: Sha256,
    input: InputSchema,
    crop: CropSchema,
    resize: Type.Enum(['bilinear', 'area-lanczos'], {
      description: 'plain bilinear, or the area mean for shrinking and Lanczos-4 for enlarging',
    }),
    output: Type.Object(
      {
        name: Type.String({ minLength: 1 }),
        kind: Type.Enum(['softmax', 'sigmoid', 'probability'], {
          description:
            'what the output is: class logits (softmax), the logit of live at liveIndex (sigmoid), or the probability of live at liveIndex (probability)',
        }),
        liveIndex: Type.Integer({ minimum: 0, maximum: 1000 }),
      },
      strict,
    ),
  },
  strict,
);

const RecognitionNetworkSchema = Type.Object(
  {
    file: FileName,
    sha256: Sha256,
    input: InputSchema,
    alignment: Type.Object(
      {
        points: Type.Array(Type.Tuple([Type.Number(), Type.Number()]), {
          minItems: 5,
          maxItems: 5,
          description: "eye centres (the subject's right first), nose tip, mouth corners, in pixels of the input",
        }),
      },
      strict,
    ),
    output: Type.Object(
      {
        name: Type.String({ minLength: 1 }),
        length: Type.Integer({
          minimum: 16,
          maximum: 4096,
          description: 'length of the vector; it is normalised to unit length',
        }),
      },
      strict,
    ),
  },
  strict,
);

const common = {
  format: Type.Literal(1),
  name: PackName,
  version: PackVersion,
  licence: Type.String({ minLength: 1, maxLength: 500, description: 'as stated by the publisher of the model' }),
  origin: Type.String({ minLength: 1, maxLength: 2000, description: 'author of the model and source of the files' }),
  description: Type.Optional(Text),
} as const;

const LivenessPackSchema = Type.Object(
  {
    ...common,
    kind: Type.Literal('liveness'),
    networks: Type.Array(LivenessNetworkSchema, { minItems: 1, maxItems: 8 }),
    combine: Type.Enum(['mean-probability', 'mean-logit'], { description: 'how the scores of several networks are combined' }),
    weight: Type.Optional(
      Type.Number({
        exclusiveMinimum: 0,
        maximum: 1000,
        description: "weight in the fusion, relative to the shipped model's 1; `use --weight` overrides it (default 1)",
      }),
    ),
  },
  strict,
);

const RecognitionPackSchema = Type.Object(
  {
    ...common,
    kind: Type.Literal('recognition'),
    networks: Type.Array(RecognitionNetworkSchema, { minItems: 1, maxItems: 1 }),
    comparison: Type.Object(
      {
        measure: Type.Literal('cosine'),
        threshold: Type.Number({ minimum: -1, maximum: 1, description: 'cosines at or above it are a match' }),
      },
      strict,
    ),
  },
  strict,
);

/** `pack.json`: everything needed to run a third-party model, as data. */
export type PackDescription = LivenessPackDescription | RecognitionPackDescription;
export type LivenessPackDescription = Static<typeof LivenessPackSchema>;
export type RecognitionPackDescription = Static<typeof RecognitionPackSchema>;
export type LivenessNetwork = Static<typeof LivenessNetworkSchema>;
export type RecognitionNetwork = Static<typeof RecognitionNetworkSchema>;

/** The name of the shipped model among the scores. No pack may use it. */
export const shippedName = 'shipped';

/** The id of a pack, as used in the packs directory, in `active.json` and in stored scans. */
export const packId = ({ name, version }: { readonly name: string; readonly version: string }): string => `${name}@${version}`;

/** Maximum number of errors reported at once. */
const maxFaults = 5;

/**
 * Parses and validates a pack.json.
 * @param where the pack as the user named it, for messages
 * @throws PackError listing the errors
 */
export function parsePackDescription(json: string, where: string): PackDescription {
  let value: unknown;
  try {
    value = JSON.parse(json);
  } catch {
    throw new PackError(`model pack ${where}: pack.json is not valid JSON`);
  }
  const kind = (value as { kind?: unknown } | null)?.kind;
  if (kind !== 'liveness' && kind !== 'recognition')
    throw new PackError(`model pack ${where}: in pack.json, "kind" must be "liveness" or "recognition"`);
  const schema = kind === 'liveness' ? LivenessPackSchema : RecognitionPackSchema;
  const faults = [...Value.Errors(schema, value)].map(({ instancePath, message }) => `${instancePath || '/'} ${message}`);
  const all = faults.length > 0 ? faults : findContradictions(value as PackDescription);
  if (all.length > 0)
    throw new PackError(`model pack ${where}: pack.json is invalid:\n  ${[...new Set(all)].slice(0, maxFaults).join('\n  ')}`);
  return value as PackDescription;
}

/** Checks that the schema cannot express. */
function findContradictions(pack: PackDescription): string[] {
  const faults: string[] = [];
  if (pack.name === shippedName) faults.push(`/name must not be ${shippedName}, the name of the shipped model`);
  const hashes = new Map<string, string>();
  pack.networks.forEach(({ file, sha256, input }, i) => {
    const channels = input.colour === 'grey' ? 1 : 3;
    for (const field of ['mean', 'scale'] as const)
      if (input[field].length !== channels)
        faults.push(`/networks/${i}/input/${field} must have ${channels} numbers for ${input.colour}`);
    if (input.scale.includes(0)) faults.push(`/networks/${i}/input/scale must not be 0`);
    if ((hashes.get(file) ?? sha256) !== sha256)
      faults.push(`/networks/${i}/sha256 differs from the one given for ${file} above`);
    hashes.set(file, sha256);
  });
  return faults;
}
