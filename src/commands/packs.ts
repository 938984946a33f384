import { type Command, InvalidArgumentError } from 'commander';
import { commandName } from '../base/command-name.js';
import { type ListedPack, listPacks, removePack, usePacks, useRecognitionPack } from '../inference/packs/pack-store.js';
import { addAddCommand } from './add-packs.js';
import { changeChoice, changePacks } from './change-packs.js';
import { locatePacks as locate } from './locate-packs.js';

/**
 * `triface models add|list|use|remove`: manages model packs. Actions reject with PackError or ConfigError; their messages are for
 * the operator.
 */
export function addPackCommands(models: Command): void {
  addAddCommand(models);

  models
    .command('list')
    .description('list all model packs with their state and weight; exit 1 if one is invalid')
    .option('--json', 'print JSON')
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
    .description(
      'choose the packs that contribute to the liveness score, replacing the current choice (effective after a restart)',
    )
    .option('--weight <number>', "weight of a pack; repeat once per pack, in order (default: each pack's own)", collectNumbers)
    .option('--shipped <number>', 'weight of the shipped model', parseWeight, 1)
    .option('--none', 'use no pack, only the shipped model')
    .option(
      '--recognition <pack>',
      'instead, choose the pack that creates and compares templates; `shipped` for the shipped model',
    )
    .action(async (names: string[], options: UseOptions, command: Command) => {
      if (options.recognition !== undefined) {
        if (names.length > 0 || options.none) command.error('error: --recognition cannot be combined with pack names or --none');
        const { recognition } = options;
        console.log(
          `in use   ${await changeChoice('models use', locate(), () => useRecognitionPack(locate(), recognition))} for recognition`,
        );
        console.log(
          `Restart the server, then run \`${commandName} persons re-enrol\`: templates of different models cannot be compared.`,
        );
        return;
      }
      const { weight, shipped, none = false } = options;
      if (names.length === 0 && !none) command.error('error: name the packs to use, or give --none');
      if (names.length > 0 && none) command.error('error: --none cannot be combined with pack names');
      if (weight && weight.length !== names.length)
        command.error(`error: got ${weight.length} weights for ${names.length} packs; give one --weight per pack`);
      const wanted = names.map((name, i) => ({ name, weight: weight?.[i] }));
      const { shippedWeight, packs } = await changeChoice('models use', locate(), () => usePacks(locate(), wanted, shipped));
      const list = packs.map((pack) => `${pack.name}@${pack.version}, weight ${pack.weight}`);
      console.log([`in use   shipped${list.length > 0 ? `, weight ${shippedWeight}` : ''}`, ...list].join('\nin use   '));
      console.log('Restart the server to load the packs.');
    });

  models
    .command('remove <pack>')
    .description('remove a model pack that is not in use')
    .action(async (name: string) => {
      const removed = await changePacks(
        'models remove',
        () => removePack(locate(), name),
        (id) => [{ action: 'pack.remove', companyId: null, subject: id }],
      );
      console.log(`removed ${removed}`);
    });
}

interface UseOptions {
  readonly weight?: number[];
  readonly shipped: number;
  readonly none?: boolean;
  readonly recognition?: string;
}

const summarize = ({ id, weight, pack, fault }: ListedPack) => ({
  id,
  kind: pack?.description.kind ?? null,
  licence: pack?.description.licence ?? null,
  origin: pack?.description.origin ?? null,
  weight: weight ?? null,
  fault: fault ?? null,
});

function describe({ id, weight, pack, fault }: ListedPack, recognises: boolean): string {
  const state = fault !== undefined ? 'invalid ' : weight !== undefined || recognises ? 'in use  ' : 'added   ';
  const share = weight === undefined ? '' : `, weight ${weight}`;
  return `${state} ${id}${share}${pack ? ` (${pack.description.kind}; ${pack.description.licence})` : ''}${fault ? `\n         ${fault}` : ''}`;
}

function parseWeight(text: string): number {
  const weight = Number(text);
  if (text.trim() === '' || !(weight > 0 && weight <= 1000))
    throw new InvalidArgumentError('It must be a number above 0 and at most 1000.');
  return weight;
}

const collectNumbers = (text: string, before: number[] | undefined): number[] => [...(before ?? []), parseWeight(text)];
