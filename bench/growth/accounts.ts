import { selfie } from '../../test/fixtures/pictures.js';
import { type Bed, type Bench, startAll } from './bed.js';
import { accountName } from './fill-accounts.js';
import { type CommandOutcome, credentials } from './installation.js';

/** Logins, an audited operation and the commands that read accounts and the audit log. */
export async function measureAccounts(bed: Bed): Promise<void> {
  const picture = await selfie();
  await startAll(bed);
  await bed.time('A token (password remembered)', ({ client }) => client.logInA());
  let n = 0;
  await bed.time(
    'A token, first login of an account',
    ({ client }) => client.logInA({ username: accountName(++n), password: credentials.password }),
    // Each version logs in another account each time, the uncounted ones included.
    Math.max(1, Math.min(bed.rounds, Math.floor(bed.size / bed.benches.length) - 3)),
  );
  await bed.time('C token', ({ client }) => client.logInC());
  const refresh = new Map<Bench, string>();
  for (const bench of bed.benches) refresh.set(bench, (await bench.client.logInC()).refresh_token);
  await bed.time('C refresh', async (bench) => {
    const tokens = await bench.client.logInC({ grant_type: 'refresh_token', refresh_token: refresh.get(bench)! });
    refresh.set(bench, tokens.refresh_token);
  });
  await bed.time('identify (appends one audit record)', ({ client }) =>
    client.send('/v1/identify', { as: 'basic', form: { image: picture } }),
  );
  const commands: readonly (readonly string[])[] = [
    ['user', 'list'],
    ['policy', 'set', credentials.username, 'liveness=0.5'],
    ['audit', 'verify'],
  ];
  for (const words of commands)
    for (const bench of bed.benches) {
      const outcomes: CommandOutcome[] = [];
      for (let round = 0; round < Math.min(3, bed.rounds); round++) outcomes.push(await bench.installation.command(...words));
      const name = `\`${words.slice(0, 2).join(' ')}\``;
      bed.record(
        bench,
        name,
        outcomes.map(({ ms }) => ms),
      );
      bed.record(bench, `${name}: greatest RSS`, [Math.max(...outcomes.map(({ peakMb }) => peakMb))], 'MB');
    }
}
