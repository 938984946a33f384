import { readFile } from 'node:fs/promises';
import Type, { type Static } from 'typebox';
import Value from 'typebox/value';
import { FileName, PackName, PackVersion, Sha256, Weight } from './pack-description.js';
import { PackError } from './pack-error.js';
import { packLimits, textFiles } from './pack-limits.js';

const strict = { additionalProperties: false } as const;
const Text = Type.String({ minLength: 1 });
const Url = Type.String({ pattern: '^https?://' });
const Rate = Type.Number({ minimum: 0, maximum: 1 });

const CatalogFileSchema = Type.Object(
  {
    file: Type.Union([FileName, Type.Enum([...textFiles])]),
    bytes: Type.Integer({ minimum: 1, maximum: packLimits.networkBytes }),
    sha256: Sha256,
    urls: Type.Array(Url, { minItems: 1, description: 'tried in this order' }),
  },
  strict,
);

/** `models/catalog.json`: packs that can be added by name, each file pinned by its hash, and which of them are recommended. */
const CatalogSchema = Type.Object(
  {
    version: Type.Literal(1),
    packs: Type.Array(
      Type.Object(
        {
          name: PackName,
          version: PackVersion,
          kind: Type.Enum(['liveness', 'recognition']),
          licence: Text,
          origin: Text,
          archive: Type.Optional(Type.Object({ url: Url, sha256: Sha256 }, strict)),
          files: Type.Optional(
            Type.Array(CatalogFileSchema, {
              minItems: 1,
              description: 'every file of the pack but pack.json, which is at packs/NAME/pack.json beside the catalogue',
            }),
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
    recommended: Type.Optional(
      Type.Object(
        {
          shippedWeight: Weight,
          packs: Type.Array(Type.Object({ name: PackName, version: PackVersion, weight: Weight }, strict), {
            minItems: 1,
            maxItems: 8,
          }),
          inShort: Type.String({ minLength: 1, description: 'what they improve, in a line' }),
          benefit: Type.Array(Text),
          price: Type.Array(Text),
        },
        strict,
      ),
    ),
  },
  strict,
);

export type Catalog = Static<typeof CatalogSchema>;
export type CatalogEntry = Catalog['packs'][number];
export type CatalogFile = Static<typeof CatalogFileSchema>;
/** The packs that are recommended to everybody, with their weights and what is known of their effect. */
export type Recommendation = NonNullable<Catalog['recommended']>;

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

/** Finds a pack of a catalogue. @param name NAME, or NAME@VERSION @throws PackError listing the packs that it has */
export function findEntry({ packs }: Catalog, name: string): CatalogEntry {
  const entry = packs.findLast((pack) => pack.name === name || `${pack.name}@${pack.version}` === name);
  if (entry) return entry;
  const names = packs.map((pack) => pack.name).join(', ');
  throw new PackError(
    `model pack ${name}: not found as a directory, a file or a catalogue name; the catalogue ${names ? `has ${names}` : 'is empty'}`,
  );
}
