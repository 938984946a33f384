import { type Command, InvalidArgumentError } from 'commander';
import { findPackCatalog } from '../base/installation.js';
import { loadConfig } from '../config/load.js';
import { findPacksDir } from '../inference/packs/find-packs-dir.js';
import { addPack, type ListedPack, listPacks, removePack, usePacks, useRecognitionPack } from '../inference/packs/pack-store.js';

/** `triface models add|list|use|remove`: packs of one's own. Actions reject with PackError or ConfigError, for the operator. */
export function addPackCommands(models: Command): void {
  models
    .command('add <source>')
    .description('check and add a model pack: a directory, a .tgz, an https address of one, or a name of the catalogue')
    .option('--sha256 <hash>', 'of the .tgz; must be given with an address')
    .option('--catalog <file>', 'look names up there (default: models/catalog.json of the installation)')
    .action(async (source: string, { sha256, catalog }: { sha256?: string; catalog?: string }) => {
      const pack = await addPack(source, { packsDir: locate(), sha256, catalogFile: catalog ?? findPackCatalog() });
      const { kind, licence } = pack.description;
      console.log(`added ${pack.id} (${kind}; licence as stated: ${licence})`);
      if (kind === 'liveness') console.log(`It takes no part yet: triface models use ${pack.id}`);
      else console.log(`It is not in use yet: triface models use --recognition ${pack.id}`);
    });

  models
    .command('list')
    .description('every model pack, whether it is in use and with what weight; exit 1 when one is broken')
    .option('--json', 'as JSON')
    .action(async ({ json }: { json?: boolean }) => {
      const { shippedWeight, recognition, packs } = await listPacks(locate());
      if (packs.some(({ fault }) => fault !== undefined)) process.exitCode = 1;
      if (json)
        return console.log(
          JSON.stringify({ shippedWeight, recognition: recognition ?? 'shipped', packs: packs.map(summarize) }, null, 2),
        );
      const inUse = packs.filter(({ weight }) => weight !== undefined);
      console.log(`in use   shipped${inUse.length > 0 ? `, weight ${shippedWeight}` : ''}`);
      console.log(`in use   ${recognition ?? 'shipped'} for recognition`);
      for (const pack of packs) console.log(describe(pack, pack.id === recognition));
    });

  models
    .command('use [packs...]')
    .description('choose the packs that take part in the liveness score, in place of those before (from the next start on)')
    .option('--weight <number>', "of a pack; once for each, in their order (default: each pack's own)", collectNumbers)
    .option('--shipped <number>', 'weight of the model that comes with Triface', parseWeight, 1)
    .option('--none', 'no pack: the shipped model alone')
    .option('--recognition <pack>', 'instead: which one makes and compares templates; `shipped` for the shipped model')
    .action(async (names: string[], options: UseOptions, command: Command) => {
      if (options.recognition !== undefined) {
        if (names.length > 0 || options.none) command.error('error: --recognition goes alone');
        console.log(`in use   ${await useRecognitionPack(locate(), options.recognition)} for recognition`);
        console.log('Restart the server, then `triface persons re-enrol`: templates of another model are not compared.');
        return;
      }
      const { weight, shipped, none = false } = options;
      if (names.length === 0 && !none) command.error('error: name the packs to use, or say --none');
      if (names.length > 0 && none) command.error('error: --none goes with no name');
      if (weight && weight.length !== names.length)
        command.error(`error: ${weight.length} weights for ${names.length} packs; give one for each`);
      const wanted = names.map((name, i) => ({ name, weight: weight?.[i] }));
      const { shippedWeight, packs } = await usePacks(locate(), wanted, shipped);
      const list = packs.map((pack) => `${pack.name}@${pack.version}, weight ${pack.weight}`);
      console.log([`in use   shipped${list.length > 0 ? `, weight ${shippedWeight}` : ''}`, ...list].join('\nin use   '));
      console.log('Restart the server: packs are loaded at its start.');
    });

  models
    .command('remove <pack>')
    .description('remove a model pack that is not in use')
    .action(async (name: string) => console.log(`removed ${await removePack(locate(), name)}`));
}

interface UseOptions {
  readonly weight?: number[];
  readonly shipped: number;
  readonly none?: boolean;
  readonly recognition?: string;
}

const locate = (): string => findPacksDir(loadConfig(process.env).DATA_DIR);

const summarize = ({ id, weight, pack, fault }: ListedPack) => ({
  id,
  kind: pack?.description.kind ?? null,
  licence: pack?.description.licence ?? null,
  origin: pack?.description.origin ?? null,
  weight: weight ?? null,
  fault: fault ?? null,
});

function describe({ id, weight, pack, fault }: ListedPack, recognises: boolean): string {
  const state = fault !== undefined ? 'broken  ' : weight !== undefined || recognises ? 'in use  ' : 'added   ';
  const share = weight === undefined ? '' : `, weight ${weight}`;
  return `${state} ${id}${share}${pack ? ` (${pack.description.kind}; ${pack.description.licence})` : ''}${fault ? `\n         ${fault}` : ''}`;
}

function parseWeight(text: string): number {
  const weight = Number(text);
  if (text.trim() === '' || !(weight > 0 && weight <= 1000))
    throw new InvalidArgumentError('A weight is a number above 0, at most 1000.');
  return weight;
}

const collectNumbers = (text: string, before: number[] | undefined): number[] => [...(before ?? []), parseWeight(text)];
