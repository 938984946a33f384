import type { Command } from 'commander';
import { commandName } from '../base/command-name.js';
import { erasePerson } from '../gallery/erase-person.js';
import { finishErasures } from '../gallery/finish-erasure.js';
import { findByCitizenId } from '../gallery/persons.js';
import { findOrphans } from '../gallery/verify-erasure.js';
import { CommandError } from './command-error.js';
import { findCompany } from './find-company.js';
import { type QuietGallery, withGallery } from './with-gallery.js';

const meanings = {
  keys: 'data keys that decrypt nothing',
  pictures: 'pictures without an owner',
  enrolments: 'templates without an owner',
  unfinished: 'erasures that were interrupted (a running server finishes them)',
  scans: 'scans of erased persons',
  keyless: 'persons without a data key',
  returned: 'erased persons who are back (restored from a backup)',
  badReceipts: 'receipts not signed by this installation',
  brokenArchives: 'archives of receipts that cannot be read or are not whole',
  lateReplicas: 'processes that have not applied every erasure',
} as const;

/** `triface erase`: erases a person, or checks that erasures left nothing behind. Works while servers are running. */
export function addEraseCommand(program: Command): void {
  program
    .command('erase')
    .option(
      '--citizen-id <id>',
      `citizen id; spelled exactly as registered if \`${commandName} persons collisions\` lists the person`,
    )
    .option('--company <name>', 'company of the person (default: the only company)')
    .option('--verify', 'instead, search the whole store for data left behind; exit 1 if there is any')
    .option(
      '--again',
      'with --verify: first finish interrupted erasures, and erase again all persons who came back with a restored backup',
    )
    .option(
      '--receipts <file>',
      `with --verify: an archive of receipts (\`${commandName} receipts archive\`), whose persons must not be back either; repeatable`,
      (file: string, before: readonly string[] = []) => [...before, file],
    )
    .action(async (options: EraseOptions) => {
      if (options.verify) return withGallery('erase --verify', (gallery) => verify(gallery, options));
      if (options.receipts) throw new CommandError('--receipts can be given only with --verify');
      if (options.citizenId === undefined)
        throw new CommandError('give --citizen-id <id> to erase a person, or --verify to check earlier erasures');
      await withGallery('erase', (gallery) => erase(gallery, options.citizenId!, options.company));
    });
}

interface EraseOptions {
  readonly citizenId?: string;
  readonly company?: string;
  readonly verify?: boolean;
  readonly again?: boolean;
  readonly receipts?: readonly string[];
}

async function erase(gallery: QuietGallery, citizenId: string, company: string | undefined): Promise<void> {
  const companyId = await findCompany(gallery.store.db, company);
  const person = await findByCitizenId(gallery.store.db, companyId, citizenId);
  if (!person) throw new CommandError('there is no person with this citizen id');
  const erased = await erasePerson(gallery, { ...actorOf(gallery), companyId, person: person.number });
  const { erasure, receipt, replicas } = erased;
  console.log(
    `erased: ${Object.entries(erasure.counts)
      .map(([what, count]) => `${count} ${what}`)
      .join(', ')}`,
  );
  console.log(`templates removed from memory: confirmed by ${replicas.confirmed} processes, pending in ${replicas.pending}`);
  console.log(receipt);
}

const actorOf = ({ changes: { actor, origin } }: QuietGallery) => ({ actor, origin });

async function verify(gallery: QuietGallery, { again = false, receipts: archives = [] }: EraseOptions): Promise<void> {
  const { store } = gallery;
  const find = () => findOrphans(store, { ...gallery, archives });
  if (again) {
    await finishErasures(gallery);
    for (const { companyId, number } of (await find()).returnedPersons)
      await erasePerson(gallery, { ...actorOf(gallery), companyId, person: number });
  }
  const { returnedPersons: _, brokenArchives, ...counts } = await find();
  const orphans = { ...counts, brokenArchives: brokenArchives.length };
  let remains = 0;
  for (const [name, meaning] of Object.entries(meanings)) {
    const count = orphans[name as keyof typeof meanings];
    remains += count;
    console.log(`${count === 0 ? 'ok  ' : 'FAIL'} ${meaning}: ${count}`);
  }
  for (const message of brokenArchives) console.error(message);
  if (remains > 0) process.exitCode = 1;
}
