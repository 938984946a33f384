import type { Command } from 'commander';
import { describeHeld, makeSweepClock } from '../server/sweepers.js';
import { withChanges } from './with-changes.js';
import { withStore } from './with-store.js';

/** `triface retention`: whether expired data is deleted, and the operator's word that the clock is right. */
export function addRetentionCommand(program: Command): void {
  const retention = program.command('retention');

  retention
    .command('status')
    .description('whether expired data is deleted, or kept because the time leapt ahead')
    .action(() =>
      withStore(async (store, config) => {
        const { held } = await makeSweepClock(store, config.TRIFACE_SCAN_RETENTION_DAYS).inspect();
        if (!held) return console.log('expired data is deleted');
        for (const [name, value] of Object.entries(describeHeld(held))) console.log(`${name}: ${value}`);
      }),
    );

  retention
    .command('confirm')
    .description('say that the clock is right: the next sweep deletes what has expired, within an hour or at the next start')
    .action(() =>
      withChanges('retention confirm', async ({ store, config, changes }) => {
        await makeSweepClock(store, config.TRIFACE_SCAN_RETENTION_DAYS).confirm((db, values) =>
          changes.record(db, { action: 'retention.confirm', companyId: null, subject: null, ...values }),
        );
        console.log(`trusted: ${new Date(store.now()).toISOString()}`);
      }),
    );
}
