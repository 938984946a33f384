import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import Type, { type Static } from 'typebox';
import Value from 'typebox/value';
import { writeAtomically } from '../../base/write-atomically.js';
import { PackName, PackVersion, packId, shippedName, Weight } from './pack-description.js';
import type { RecognitionPack } from './pack-embedding.js';
import { PackError } from './pack-error.js';
import type { LivenessPack } from './pack-liveness.js';
import { type ModelPack, readAddedPack } from './read-pack.js';

const strict = { additionalProperties: false } as const;
/** `active.json`: which packs take part in the liveness score, and how much each counts; which one makes templates, if not the shipped. */
export const ActiveSchema = Type.Object(
  {
    format: Type.Literal(1),
    shippedWeight: Weight,
    packs: Type.Array(Type.Object({ name: PackName, version: PackVersion, weight: Weight }, strict), { maxItems: 8 }),
    recognition: Type.Optional(Type.Object({ name: PackName, version: PackVersion }, strict)),
  },
  strict,
);
export type ActiveSelection = Static<typeof ActiveSchema>;

/** The packs in use, checked and ready to be loaded. Plain data: it goes to workers by structured clone. */
export interface ActivePacks {
  readonly shippedWeight: number;
  readonly packs: readonly { readonly pack: LivenessPack; readonly weight: number }[];
  /** makes and compares templates; absent: the shipped model */
  readonly recognition?: RecognitionPack;
}

const shippedAlone: ActiveSelection = { format: 1, shippedWeight: 1, packs: [] };
const activeFile = (packsDir: string): string => join(packsDir, 'active.json');

/**
 * What is in use, as chosen; the packs themselves are not looked at. Without the file: the shipped model alone.
 * @throws PackError when the file is no valid choice
 */
export async function readSelection(packsDir: string): Promise<ActiveSelection> {
  const path = activeFile(packsDir);
  const json = await readFile(path, 'utf8').catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT' || error.code === 'ENOTDIR') return undefined;
    throw new PackError(`model pack choice ${path} cannot be read (${error.code})`);
  });
  if (json === undefined) return shippedAlone;
  let value: unknown;
  try {
    value = JSON.parse(json);
  } catch {
    throw new PackError(`model pack choice ${path} is no JSON; choose anew with \`triface models use\``);
  }
  const [fault] = Value.Errors(ActiveSchema, value);
  if (fault)
    throw new PackError(
      `model pack choice ${path} is wrong: ${fault.instancePath || '/'} ${fault.message}; choose anew with \`triface models use\``,
    );
  return value as ActiveSelection;
}

/** The file is there whole or not at all. */
export async function writeSelection(packsDir: string, selection: ActiveSelection): Promise<void> {
  await writeAtomically(activeFile(packsDir), Buffer.from(`${JSON.stringify(selection, null, 2)}\n`));
}

/**
 * Reads and checks the packs in use, hashes included: for the start of a server.
 * @throws PackError naming the pack that is missing or broken. Then nothing must be served: a verdict by fewer models than were chosen is
 *   another verdict.
 */
export const readActivePacks = async (packsDir: string): Promise<ActivePacks> =>
  readSelectedPacks(packsDir, await readSelection(packsDir));

/** The same for a choice that need not be the one in use. @throws PackError */
export async function readSelectedPacks(
  packsDir: string,
  { shippedWeight, packs, recognition }: ActiveSelection,
): Promise<ActivePacks> {
  const active: { pack: LivenessPack; weight: number }[] = [];
  for (const { weight, ...chosen } of packs) active.push({ pack: asLiveness(await readChosen(packsDir, chosen)), weight });
  const making = recognition && asRecognition(await readChosen(packsDir, recognition));
  return { shippedWeight, packs: active, ...(making ? { recognition: making } : {}) };
}

async function readChosen(packsDir: string, chosen: { readonly name: string; readonly version: string }): Promise<ModelPack> {
  try {
    return await readAddedPack(packsDir, packId(chosen));
  } catch (error) {
    if (!(error instanceof PackError)) throw error;
    throw new PackError(
      `${error.message}\nIt is in use, so nothing is served without it. Add it again, or choose others: \`triface models use\` (\`--none\` for the shipped model alone).`,
      { cause: error },
    );
  }
}

/** @throws PackError for a pack of another kind */
export function asLiveness({ id, directory, description }: ModelPack): LivenessPack {
  if (description.kind !== 'liveness')
    throw new PackError(`model pack ${id}: it is for recognition: \`triface models use --recognition ${id}\``);
  return { id, directory, description };
}

/** @throws PackError for a pack of another kind */
export function asRecognition({ id, directory, description }: ModelPack): RecognitionPack {
  if (description.kind !== 'recognition')
    throw new PackError(`model pack ${id}: it is for liveness: \`triface models use ${id}\``);
  return { id, directory, description };
}

/** The models behind a liveness score and their weights, in one line: `shipped`, or `shipped*1 facenox@98.20*0.5`. */
export function describeActive({ shippedWeight, packs }: ActivePacks): string {
  if (packs.length === 0) return shippedName;
  return [`${shippedName}*${shippedWeight}`, ...packs.map(({ pack, weight }) => `${pack.id}*${weight}`)].join(' ');
}
