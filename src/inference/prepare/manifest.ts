import { readFile } from 'node:fs/promises';
import Type, { type Static } from 'typebox';
import Value from 'typebox/value';

const Sha256 = Type.String({ pattern: '^[0-9a-f]{64}$' });

/**
 * A pinned npm tarball and the files needed from it.
 * @internal exported for the manifest of the test pictures
 */
export const SourceSchema = Type.Object(
  {
    package: Type.String({ pattern: '^(@[a-z0-9._-]+/)?[a-z0-9._-]+$' }),
    version: Type.String({ pattern: '^\\d+\\.\\d+\\.\\d+[0-9A-Za-z.+-]*$', description: 'one exact version' }),
    integrity: Type.String({ pattern: '^sha512-[A-Za-z0-9+/]{86}==$', description: 'of the tarball, as in a lock file' }),
    files: Type.Array(Type.Object({ path: Type.String({ minLength: 1, description: 'within the package' }), sha256: Sha256 }), {
      minItems: 1,
    }),
  },
  { additionalProperties: false },
);

const StepSchema = Type.Union([
  Type.Object(
    {
      step: Type.Literal('convert-tfjs'),
      outputs: Type.Array(Type.String(), { minItems: 1 }),
      logits: Type.Array(Type.String()),
    },
    { additionalProperties: false },
  ),
  Type.Object(
    { step: Type.Literal('zero-subnormals'), below: Type.Number({ minimum: 1.18e-38, maximum: 1e-6 }) },
    { additionalProperties: false },
  ),
  Type.Object({ step: Type.Literal('split-prelu') }, { additionalProperties: false }),
  Type.Object({ step: Type.Literal('drop-unused-weights') }, { additionalProperties: false }),
  Type.Object({ step: Type.Literal('dynamic-batch') }, { additionalProperties: false }),
]);

const TensorSchema = Type.Object(
  {
    name: Type.String({ minLength: 1 }),
    shape: Type.Array(Type.Union([Type.Integer({ minimum: 1 }), Type.Literal('batch')])),
    meaning: Type.String({ minLength: 1, description: 'layout, channel order and range, or what the numbers mean' }),
  },
  { additionalProperties: false },
);

const ModelSchema = Type.Object(
  {
    key: Type.String({ pattern: '^[a-z0-9]+(-[a-z0-9]+)*$' }),
    file: Type.String({ pattern: '^[a-z0-9]+(-[a-z0-9]+)*\\.onnx$' }),
    job: Type.String({ minLength: 1 }),
    bytes: Type.Integer({ minimum: 1, description: 'of the prepared file' }),
    sha256: Sha256,
    source: SourceSchema,
    preparation: Type.Array(StepSchema),
    licence: Type.String({ minLength: 1, description: 'as stated by the package' }),
    inputs: Type.Array(TensorSchema, { minItems: 1 }),
    outputs: Type.Array(TensorSchema, { minItems: 1 }),
  },
  { additionalProperties: false },
);

/** `models/manifest.json`: every model with its source, its preparation steps and the hash of the prepared file. */
const ModelManifestSchema = Type.Object(
  { version: Type.Literal(1), models: Type.Array(ModelSchema) },
  { additionalProperties: false },
);

export type ModelManifest = Static<typeof ModelManifestSchema>;
export type ModelEntry = Static<typeof ModelSchema>;
export type Source = Static<typeof SourceSchema>;
export type PreparationStep = Static<typeof StepSchema>;

/**
 * Reads and validates a model manifest.
 * @throws Error naming the file and the first fault: unreadable, invalid JSON, a schema violation, or a duplicate key or file
 */
export async function loadModelManifest(path: string): Promise<ModelManifest> {
  const manifest = parse(await readFile(path, 'utf8'), path);
  const [fault] = Value.Errors(ModelManifestSchema, manifest);
  if (fault) throw new Error(`${path} is not a valid model manifest: ${fault.instancePath || '/'} ${fault.message}`);
  const { models } = manifest as ModelManifest;
  const names = models.flatMap((model) => [model.key, model.file]);
  const twice = names.find((name, index) => names.indexOf(name) !== index);
  if (twice) throw new Error(`${path} is not a valid model manifest: ${twice} appears twice`);
  return manifest as ModelManifest;
}

function parse(json: string, path: string): unknown {
  try {
    return JSON.parse(json);
  } catch {
    throw new Error(`${path} is not valid JSON`);
  }
}
