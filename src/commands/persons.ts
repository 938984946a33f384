import type { Command } from 'commander';
import { Engine } from '../analysis/engine.js';
import { planCapacity } from '../config/capacity.js';
import { readEngineSettings } from '../config/engine-settings.js';
import { findCollisions } from '../gallery/citizen-id-collisions.js';
import { countGallery } from '../gallery/count-gallery.js';
import { reEnrol } from '../gallery/re-enrol.js';
import { VectorTable } from '../gallery/vector-table.js';
import { findPackFolders } from '../inference/packs/pack-folders.js';
import { fillCitizenKeys } from '../storage/citizen-keys.js';
import { withGallery } from './with-gallery.js';
import { withStore } from './with-store.js';

/** Time limit per picture, in milliseconds. Long, since no client waits for an answer. */
const DEADLINE_MS = 120_000;

/** `triface persons`: operations on all registered persons. */
export function addPersonsCommand(program: Command): void {
  const persons = program.command('persons');

  persons
    .command('re-enrol')
    .description('create templates of the current recognition model from the stored pictures, for every person who lacks one')
    .option(
      '--drop',
      'delete the templates of other models of every person who got a new one (default: keep them, to allow a return)',
    )
    .action(({ drop = false }: { drop?: boolean }) =>
      withGallery('persons re-enrol', async (gallery, config) => {
        const engine = await Engine.start({
          ...readEngineSettings(config),
          packsDir: findPackFolders(config.DATA_DIR),
          workers: planCapacity(config).workers,
          queueLimit: 8,
          deadlineMs: DEADLINE_MS,
          onProblem: (problem) => console.error(problem),
        });
        try {
          const { name: recognitionModel } = engine.recognition;
          const vectors =
            config.TRIFACE_GALLERY_INDEX === 'pgvector'
              ? await VectorTable.open(gallery.store.db, gallery.masterKeys, recognitionModel)
              : undefined;
          const outcome = await reEnrol({ ...gallery, recognitionModel, vectors }, engine, {
            drop,
            origin: gallery.changes.origin,
            onPerson: (done) => {
              if (done % 100 === 0) console.error(`${done} persons`);
            },
          });
          console.log(`${outcome.made} persons now have templates of ${recognitionModel}`);
          console.log(`${outcome.withoutPicture} persons skipped: no stored picture`);
          console.log(`${outcome.withoutFace} persons skipped: no face found in their pictures`);
          if (outcome.withoutPicture + outcome.withoutFace > 0)
            console.log('Skipped persons are not recognised by this model until they are enrolled again.');
        } finally {
          await engine.close();
        }
      }),
    );

  persons
    .command('count')
    .description('count persons by company and templates by model')
    .action(() =>
      withGallery('persons count', async ({ store }) => {
        const { persons, templates } = await countGallery(store.db);
        for (const { name, count } of persons) console.log(`${count}  persons of ${name}`);
        for (const { model, count } of templates) console.log(`${count}  templates of ${model}`);
      }),
    );

  persons
    .command('collisions')
    .description('list persons whose citizen ids differ only in their Unicode form, and which need another id')
    .action(() =>
      withStore(async ({ db }) => {
        await fillCitizenKeys(db);
        const collisions = await findCollisions(db);
        const companies = new Map(
          (await db.selectFrom('companies').select(['id', 'name']).execute()).map(({ id, name }) => [id, name]),
        );
        for (const { companyId, persons } of collisions)
          console.log(`persons ${persons.join(', ')} of ${companies.get(companyId)}`);
        if (collisions.length === 0) return console.log('no collisions');
        console.log('Each is found by its exact spelling only. Change the citizen id of all but one, or erase them.');
      }),
    );
}
