import type { Command } from 'commander';
import { commandName } from '../base/command-name.js';
import type { Config } from '../config/schema.js';
import { findCollisions } from '../gallery/citizen-id-collisions.js';
import { chooseProvider } from '../inference/provider.js';
import { ProviderError } from '../inference/provider-error.js';
import type { Adapter } from '../inference/webgpu/find-adapter.js';
import { describeClock, WARN_MS } from '../server/server-watch.js';
import { makeSweepClock } from '../server/sweepers.js';
import type { Store } from '../storage/store.js';
import { readRegisteredKeys } from './held-keys.js';
import { withStore } from './with-store.js';

/** The result of one check: what was found, and whether the operator must act. */
interface Finding {
  readonly name: string;
  readonly isGood: boolean;
  readonly text: string;
}

/**
 * `triface doctor`: checks what the servers of a database share. Works while they run, and changes nothing. Ends with 1 if the
 * operator must act.
 */
export function addDoctorCommand(program: Command): void {
  program.command('doctor').action(() =>
    withStore(async (store, config) => {
      const findings = [await checkDatabase(store), ...(await checkKeys(store, config)), await checkRetention(store, config)];
      findings.push(await checkCitizenIds(store), await checkProvider(config));
      for (const { name, isGood, text } of findings) console.log(`${isGood ? 'ok     ' : 'PROBLEM'}  ${name}: ${text}`);
      if (findings.some(({ isGood }) => !isGood)) process.exitCode = 1;
    }),
  );
}

async function checkDatabase(store: Store): Promise<Finding> {
  await store.check();
  const differenceMs = Date.now() - store.now();
  const isGood = Math.abs(differenceMs) < WARN_MS;
  return { name: 'clock', isGood, text: isGood ? "agrees with the database's" : describeClock(differenceMs) };
}

async function checkKeys(store: Store, config: Config): Promise<Finding[]> {
  const { held, register } = await readRegisteredKeys(store, config);
  const problems = await register.inspect(held);
  const servers = await register.servers.list();
  const seen = servers.map(({ host, agoMs }) => `${host} (${Math.round(agoMs / 1000)} s ago)`);
  return [
    { name: 'servers', isGood: true, text: seen.join(', ') || 'none runs' },
    { name: 'keys', isGood: problems.length === 0, text: problems.join('; ') || 'those that the servers use' },
  ];
}

async function checkRetention(store: Store, config: Config): Promise<Finding> {
  const { held } = await makeSweepClock(store, config.TRIFACE_SCAN_RETENTION_DAYS).inspect();
  const text = held
    ? `the time leapt ahead since the last sweep, which would now delete ${held.doomed} of ${held.total} rows: set the clock, or run \`${commandName} retention confirm\``
    : 'expired data is deleted';
  return { name: 'retention', isGood: !held, text };
}

/** Where models run with these settings, on this machine. A GPU is tried in a process of its own, so servers are not disturbed. */
async function checkProvider({ INFERENCE_PROVIDER: wish, INFERENCE_FALLBACK: fallback }: Config): Promise<Finding> {
  const name = 'models run on';
  try {
    const { provider, adapter, reason } = await chooseProvider(wish, fallback);
    const where = adapter ? `${provider}: ${describeAdapter(adapter)}` : provider;
    return { name, isGood: true, text: reason ? `${where}. ${reason}` : where };
  } catch (error) {
    if (!(error instanceof ProviderError)) throw error;
    return { name, isGood: false, text: error.message };
  }
}

const describeAdapter = ({ name, driver, isSoftware }: Adapter): string =>
  `${name}${isSoftware ? ', a program without a GPU, far slower than `cpu`' : ''}${driver ? ` (driver ${driver})` : ''}`;

async function checkCitizenIds({ db }: Store): Promise<Finding> {
  const { length } = await findCollisions(db);
  const text =
    length === 0 ? 'each names one person' : `${length} name several persons: run \`${commandName} persons collisions\``;
  return { name: 'citizen ids', isGood: length === 0, text };
}
