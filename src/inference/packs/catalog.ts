import { readFile } from 'node:fs/promises';
import Type, { type Static } from 'typebox';
import Value from 'typebox/value';
import { PackName, PackVersion, Sha256 } from './pack-description.js';
import { PackError } from './pack-error.js';

const strict = { additionalProperties: false } as const;
const Rate = Type.Number({ minimum: 0, maximum: 1 });

/** `models/catalog.json`: packs that can be added by name, each pinned by its hash. */
const CatalogSchema = Type.Object(
  {
    version: Type.Literal(1),
    packs: Type.Array(
      Type.Object(
        {
          name: PackName,
          version: PackVersion,
          kind: Type.Enum(['liveness', 'recognition']),
          licence: Type.String({ minLength: 1 }),
          origin: Type.String({ minLength: 1 }),
          archive: Type.Optional(Type.Object({ url: Type.String({ pattern: '^https?://' }), sha256: Sha256 }, strict)),
          withoutArchive: Type.Optional(
            Type.String({ minLength: 1, description: 'why there is no download URL, and what to do instead' }),
          ),
          figures: Type.Array(
            Type.Object(
              {
                score: Type.String({ minLength: 1, description: 'the pack on its own, or what it was fused with' }),
                measuredOn: Type.String({ minLength: 1 }),
                auc: Rate,
                eer: Rate,
                bpcer: Type.Optional(Rate),
                apcer: Type.Optional(Rate),
                bpcerAtApcer5: Type.Optional(Rate),
              },
              strict,
            ),
          ),
        },
        strict,
      ),
    ),
  },
  strict,
);

export type Catalog = Static<typeof CatalogSchema>;

/** Reads and validates a catalogue. @throws PackError */
export async function loadCatalog(path: string): Promise<Catalog> {
  let catalog: unknown;
  try {
    catalog = JSON.parse(await readFile(path, 'utf8'));
  } catch {
    throw new PackError(`model pack catalogue ${path} cannot be read or is not valid JSON`);
  }
  const [fault] = Value.Errors(CatalogSchema, catalog);
  if (fault) throw new PackError(`model pack catalogue ${path} is invalid: ${fault.instancePath || '/'} ${fault.message}`);
  return catalog as Catalog;
}
