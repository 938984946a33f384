import t from 'tap';
import { replay, selfie } from '../fixtures/pictures.js';
import { form, startTestServer } from '../helper.js';
import { readCommand } from './run-command.js';

t.test('an account’s own policy applies from the next request on, and is shown in the scan’s explanation', async (t) => {
  const server = await startTestServer(t);
  const triface = (...args: string[]): Promise<string> => readCommand(args, { DATA_DIR: server.dataDir });
  const token = await server.apiToken();
  const check = async (picture: Buffer) =>
    (await (
      await fetch(`${server.url}/api/v3/biometrics/liveness/`, {
        method: 'POST',
        headers: { authorization: `Bearer ${token}` },
        body: form({ selfie: picture, details: 'true', return_id: 'true' }),
      })
    ).json()) as { valid: boolean; error_code?: number; id: number; error_details?: { face_liveness?: string } };

  const before = await check(await selfie());
  t.equal(before.valid, true);
  t.match(await triface('policy', 'set', server.user, '--preset', 'regular', 'liveness=0.9999'), 'regular-3+liveness=0.9999');
  const after = await check(await selfie());
  t.match(after, { valid: false, error_code: 715 });
  t.match(after.error_details?.face_liveness, /at least 0\.9999, value achieved: 0\.9/);
  t.match(await triface('policy', 'show', server.user), /liveness +0\.9999/);

  t.match(await triface('explain', String(before.id)), /no findings/);
  const explained = await triface('explain', String(after.id));
  t.match(explained, /findings.*attack/);
  t.match(explained, /FAIL liveness score, 0\.\.1: 0\.9\d+, must be at least 0\.9999/);
  t.match(explained, 'uncertain');
  const json = JSON.parse(await triface('explain', '--json', String(after.id)));
  t.match(json, { outcome: 'attack', policyVersion: 'regular-3+liveness=0.9999', findings: ['attack'] });
  t.equal(json.checks.filter((c: { passed: boolean }) => !c.passed).length, 1);

  const ask = (id: string | number, authorization = server.basic) =>
    fetch(`${server.url}/triface/v1/scans/${id}/explanation`, { headers: { authorization } });
  t.same(await (await ask(after.id)).json(), json, 'the endpoint says the same');
  t.same(await (await ask(json.id)).json(), json, 'by uuid as well');
  t.equal((await ask(999_999)).status, 404);
  t.equal((await ask(after.id, 'Basic bm86bm8=')).status, 401);

  await triface('policy', 'reset', server.user);
  t.equal((await check(await selfie())).valid, true);
  t.match(await check(await replay()), { valid: false, error_code: 715 });
  await t.rejects(triface('policy', 'set', server.user, 'liveness=2'), /liveness/);
  await t.rejects(triface('policy', 'set', 'nobody', 'liveness=0.6'), /the account nobody does not exist/);
  await t.rejects(triface('explain', '999999'), /there is no scan 999999/);
});
