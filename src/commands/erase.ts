import type { Command } from 'commander';
import { erasePerson } from '../gallery/erase-person.js';
import { findByCitizenId } from '../gallery/persons.js';
import { findOrphans } from '../gallery/verify-erasure.js';
import { findCompany, GalleryCommandError, type QuietGallery, withGallery } from './with-gallery.js';

const meanings = {
  keys: 'keys that open nothing',
  pictures: 'pictures of nobody',
  enrolments: 'templates of nobody',
  scans: 'scans of erased persons',
  keyless: 'persons without a key',
  returned: 'persons who are there again after their erasure (a restored backup)',
  badReceipts: 'receipts that this installation did not sign',
  lateReplicas: 'processes that have not followed every erasure',
} as const;

/** `triface erase`: erases a person, or looks for remains, beside running servers too. */
export function addEraseCommand(program: Command): void {
  program
    .command('erase')
    .option('--citizen-id <id>', 'exactly as the client registered it')
    .option('--company <name>', 'whose person (default: the only company)')
    .option('--verify', 'look through the whole store for remains instead; ends with an error if there are any')
    .option('--again', 'with --verify: erase once more who came back with a restored backup')
    .action(async (options: { citizenId?: string; company?: string; verify?: boolean; again?: boolean }) => {
      if (options.verify) return withGallery((gallery) => verify(gallery, options.again ?? false));
      if (options.citizenId === undefined) throw new GalleryCommandError('say whom with --citizen-id, or --verify');
      await withGallery((gallery) => erase(gallery, options.citizenId!, options.company));
    });
}

async function erase(gallery: QuietGallery, citizenId: string, company: string | undefined): Promise<void> {
  const companyId = await findCompany(gallery, company);
  const person = await findByCitizenId(gallery.store.db, companyId, citizenId);
  if (!person) throw new GalleryCommandError('there is no person with this citizen id');
  const erased = await erasePerson(gallery, { actor: 'operator', companyId, person: person.number });
  const { erasure, receipt, replicas } = erased;
  console.log(
    `erased: ${Object.entries(erasure.counts)
      .map(([what, count]) => `${count} ${what}`)
      .join(', ')}`,
  );
  console.log(`templates dropped from memory by ${replicas.confirmed} processes, not confirmed by ${replicas.pending}`);
  console.log(receipt);
}

async function verify(gallery: QuietGallery, again: boolean): Promise<void> {
  const { store, receipts } = gallery;
  if (again)
    for (const { companyId, number } of (await findOrphans(store.db, receipts)).returnedPersons)
      await erasePerson(gallery, { actor: 'operator', companyId, person: number });
  const { returnedPersons: _, ...orphans } = await findOrphans(store.db, receipts);
  let remains = 0;
  for (const [name, meaning] of Object.entries(meanings)) {
    const count = orphans[name as keyof typeof meanings];
    remains += count;
    console.log(`${count === 0 ? 'ok  ' : 'FAIL'} ${meaning}: ${count}`);
  }
  if (remains > 0) process.exitCode = 1;
}
