import type { Command } from 'commander';
import { commandName } from '../base/command-name.js';
import { findPackCatalog } from '../base/installation.js';
import { readSelection } from '../inference/packs/active-packs.js';
import { addRecommended, type RecommendedOptions, type RecommendedOutcome } from '../inference/packs/add-recommended.js';
import { packId } from '../inference/packs/pack-description.js';
import { PackSourceError } from '../inference/packs/pack-error.js';
import { addPack } from '../inference/packs/pack-store.js';
import { changePacks, describeAddition, describeChoice } from './change-packs.js';
import { CommandError } from './command-error.js';
import { locatePacks } from './locate-packs.js';

interface AddOptions {
  readonly sha256?: string;
  readonly from?: string;
  readonly ifReachable?: boolean;
  readonly catalog?: string;
}

/** `triface models add SOURCE`, and `add recommended`, which also chooses what it adds. */
export function addAddCommand(models: Command): void {
  models
    .command('add <source>')
    .description(
      'check and add a model pack; <source> is a directory, a .tgz file, the https URL of a .tgz, or a catalogue name. `recommended` adds the recommended packs and chooses them with their weights',
    )
    .option('--sha256 <hash>', 'SHA-256 of the .tgz; required with a URL')
    .option(
      '--from <folder or url>',
      "where a catalogue pack's files are taken from instead of their pinned URLs: NAME/FILE, or all files in one folder",
    )
    .option('--if-reachable', 'with `recommended`: exit 0 with a message if the files cannot be reached')
    .option('--catalog <file>', "catalogue in which names are looked up (default: the installation's models/catalog.json)")
    .action(async (source: string, { sha256, from, ifReachable = false, catalog }: AddOptions, command: Command) => {
      const options = { packsDir: locatePacks(), catalogFile: catalog ?? findPackCatalog(), from };
      if (source === 'recommended') {
        if (sha256 !== undefined) command.error('error: --sha256 cannot be combined with `recommended`, whose files are pinned');
        return addRecommendedPacks(options, ifReachable);
      }
      if (ifReachable) command.error('error: --if-reachable applies to `recommended` only');
      const add = () => addPack(source, { ...options, sha256 });
      describeAdded(await changePacks('models add', add, (pack) => [describeAddition(pack)]));
    });
}

async function addRecommendedPacks(options: RecommendedOptions, ifReachable: boolean): Promise<void> {
  const stop = new AbortController();
  // So that nothing of an interrupted download remains. A second signal ends the process.
  const interrupt = () => stop.abort(new CommandError('interrupted: nothing was added'));
  process.once('SIGINT', interrupt).once('SIGTERM', interrupt);
  const onFile = (file: string, place: string) => console.error(`fetching ${file} from ${place}`);
  try {
    const add = async () => ({
      outcome: await addRecommended({ ...options, onFile, signal: stop.signal }),
      now: await readSelection(options.packsDir),
    });
    const { outcome } = await changePacks(
      'models add recommended',
      add,
      ({ outcome: { packs, added, isNewChoice, before }, now }) => [
        ...packs.filter(({ id }) => added.includes(id)).map(describeAddition),
        ...(isNewChoice ? [describeChoice(before, now)] : []),
      ],
    );
    describeRecommended(outcome);
  } catch (error) {
    if (!(ifReachable && error instanceof PackSourceError)) throw error;
    console.error(`${error.message}\nContinuing without the recommended packs, as --if-reachable says.`);
  } finally {
    process.off('SIGINT', interrupt).off('SIGTERM', interrupt);
  }
}

function describeAdded({ id, description: { kind, licence } }: Awaited<ReturnType<typeof addPack>>): void {
  console.log(`added ${id} (${kind}; stated licence: ${licence})`);
  if (kind === 'liveness') console.log(`It is not in use yet. To use it: ${commandName} models use ${id}`);
  else console.log(`It is not in use yet. To use it: ${commandName} models use --recognition ${id}`);
}

/** What was done, under which licences, for which benefit and at which price. */
function describeRecommended({ recommendation, packs, added, isNewChoice, before }: RecommendedOutcome): void {
  const { shippedWeight, packs: chosen, benefit, price } = recommendation;
  for (const [i, { id, description }] of packs.entries())
    console.log(
      `${added.includes(id) ? 'added  ' : 'present'}  ${id}, weight ${chosen[i]!.weight} (stated licence: ${description.licence})`,
    );
  if (!isNewChoice) {
    const repaired =
      'The recommended packs were in use already; those that were missing or damaged are there again. Restart the server.';
    console.log(added.length > 0 ? repaired : 'The recommended packs are in use already. Nothing was changed.');
    return;
  }
  console.log(`in use   shipped, weight ${shippedWeight}, and these packs`);
  const others = before?.packs.map((pack) => `${packId(pack)}, weight ${pack.weight}`) ?? [];
  if (others.length > 0) console.log(`before   shipped, weight ${before!.shippedWeight}; ${others.join('; ')}`);
  console.log('Measured without and with them, on pictures that took no part in the choice (docs/model-packs.md):');
  for (const line of benefit) console.log(`  + ${line}`);
  for (const line of price) console.log(`  - ${line}`);
  console.log(`Restart the server to load the packs. Scores change: check thresholds of your own (\`${commandName} evaluate\`).`);
}
