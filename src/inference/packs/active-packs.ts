import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import Type, { type Static } from 'typebox';
import Value from 'typebox/value';
import { commandName } from '../../base/command-name.js';
import { createDirectories } from '../../base/create-directories.js';
import { writeAtomically } from '../../base/write-atomically.js';
import { PackName, PackVersion, packId, shippedName, Weight } from './pack-description.js';
import type { RecognitionPack } from './pack-embedding.js';
import { PackError } from './pack-error.js';
import { listFolders, ownFolder, type PackFolders } from './pack-folders.js';
import type { LivenessPack } from './pack-liveness.js';
import { type ModelPack, readAddedPack } from './read-pack.js';

const strict = { additionalProperties: false } as const;
/**
 * `active.json`: the packs that contribute to the liveness score with their weights, and the recognition pack, if one is in use.
 */
const ActiveSchema = Type.Object(
  {
    format: Type.Literal(1),
    shippedWeight: Weight,
    packs: Type.Array(Type.Object({ name: PackName, version: PackVersion, weight: Weight }, strict), { maxItems: 8 }),
    recognition: Type.Optional(Type.Object({ name: PackName, version: PackVersion }, strict)),
  },
  strict,
);
export type ActiveSelection = Static<typeof ActiveSchema>;

/** The packs in use, checked and ready to be loaded. Plain data, which can be sent to workers by structured clone. */
export interface ActivePacks {
  readonly shippedWeight: number;
  readonly packs: readonly { readonly pack: LivenessPack; readonly weight: number }[];
  /** the pack that creates and compares templates; absent if the shipped model does */
  readonly recognition?: RecognitionPack;
}

const shippedAlone: ActiveSelection = { format: 1, shippedWeight: 1, packs: [] };
const activeFile = (folder: string): string => join(folder, 'active.json');

/**
 * Reads which packs are in use, without looking at the packs themselves. Without a choice, only the shipped model is in use.
 * @throws PackError if the file cannot be read or is invalid
 */
export const readSelection = async (folders: PackFolders): Promise<ActiveSelection> =>
  (await findSelection(folders)) ?? shippedAlone;

/** As `readSelection`. @returns undefined if neither the operator nor the installation has chosen anything @throws PackError */
export async function findSelection(folders: PackFolders): Promise<ActiveSelection | undefined> {
  for (const folder of listFolders(folders)) {
    const selection = await readFileOfSelection(activeFile(folder));
    if (selection) return selection;
  }
  return undefined;
}

async function readFileOfSelection(path: string): Promise<ActiveSelection | undefined> {
  const json = await readFile(path, 'utf8').catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT' || error.code === 'ENOTDIR') return undefined;
    throw new PackError(`model pack choice ${path} cannot be read (${error.code})`);
  });
  if (json === undefined) return undefined;
  let value: unknown;
  try {
    value = JSON.parse(json);
  } catch {
    throw new PackError(`model pack choice ${path} is not valid JSON; choose again with \`${commandName} models use\``);
  }
  const [fault] = Value.Errors(ActiveSchema, value);
  if (fault)
    throw new PackError(
      `model pack choice ${path} is invalid: ${fault.instancePath || '/'} ${fault.message}; choose again with \`${commandName} models use\``,
    );
  return value as ActiveSelection;
}

/** Stores which packs are in use, atomically. */
export async function writeSelection(folders: PackFolders, selection: ActiveSelection): Promise<void> {
  await createDirectories(ownFolder(folders), 0o700);
  await writeAtomically(activeFile(ownFolder(folders)), Buffer.from(`${JSON.stringify(selection, null, 2)}\n`));
}

/**
 * Reads the packs in use and checks them, including their hashes. Called when a server starts.
 * @throws PackError naming the pack that is missing or invalid. The server must then not start: verdicts by fewer models than
 *   chosen would differ.
 */
export const readActivePacks = async (folders: PackFolders): Promise<ActivePacks> =>
  readSelectedPacks(folders, await readSelection(folders));

/** As `readActivePacks`, for any choice of packs. @throws PackError */
export async function readSelectedPacks(
  folders: PackFolders,
  { shippedWeight, packs, recognition }: ActiveSelection,
): Promise<ActivePacks> {
  const active: { pack: LivenessPack; weight: number }[] = [];
  for (const { weight, ...chosen } of packs) active.push({ pack: asLiveness(await readChosen(folders, chosen)), weight });
  const making = recognition && asRecognition(await readChosen(folders, recognition));
  return { shippedWeight, packs: active, ...(making ? { recognition: making } : {}) };
}

async function readChosen(folders: PackFolders, chosen: { readonly name: string; readonly version: string }): Promise<ModelPack> {
  try {
    return await readAddedPack(folders, packId(chosen));
  } catch (error) {
    if (!(error instanceof PackError)) throw error;
    throw new PackError(
      `${error.message}\nThe pack is in use, so the server cannot start without it. Add it again, or choose others with \`${commandName} models use\` (\`--none\` for only the shipped model).`,
      { cause: error },
    );
  }
}

/** Narrows a pack to a liveness pack. @throws PackError if it is of another kind */
export function asLiveness({ id, directory, description }: ModelPack): LivenessPack {
  if (description.kind !== 'liveness')
    throw new PackError(
      `model pack ${id}: it is a recognition pack; use it with \`${commandName} models use --recognition ${id}\``,
    );
  return { id, directory, description };
}

/** Narrows a pack to a recognition pack. @throws PackError if it is of another kind */
export function asRecognition({ id, directory, description }: ModelPack): RecognitionPack {
  if (description.kind !== 'recognition')
    throw new PackError(`model pack ${id}: it is a liveness pack; use it with \`${commandName} models use ${id}\``);
  return { id, directory, description };
}

/** The liveness models and their weights in one line: `shipped`, or `shipped*1 facenox@98.20*0.5`. */
export function describeActive({ shippedWeight, packs }: ActivePacks): string {
  if (packs.length === 0) return shippedName;
  return [`${shippedName}*${shippedWeight}`, ...packs.map(({ pack, weight }) => `${pack.id}*${weight}`)].join(' ');
}
