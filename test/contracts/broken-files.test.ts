import { test } from 'tap';
import { brokenFiles, claimingRows, selfie } from '../fixtures/pictures.js';
import { startTestServer } from '../helper.js';
import { countScans, leaks, openBeside, threeClients } from './clients.js';

test('bad files through all three contracts', async (t) => {
  const server = await startTestServer(t);
  const clients = await threeClients(server);
  const store = await openBeside(t, server.dataDir);
  const good = await selfie();
  let answered = 0;

  for (const [name, file] of Object.entries(await brokenFiles())) {
    await t.test(name, async (t) => {
      const [a, b, c] = await Promise.all([clients.apptenticate(file), clients.faceLiveness(file), clients.dms(file)]);
      t.same([a.status, b.status, c.status], [200, 200, 200]);
      t.equal(a.text, '{"valid":false,"error_code":708,"message":"Error reading image."}');
      t.same(b.json, { hasError: true, error: name.includes('bomb') ? 'IMAGE_TOO_LARGE' : 'FAILED_TO_READ_IMAGE' });
      t.match(c.json, { result: 'Failed to open file', faces: [], livenessScore: null });
      for (const { text } of [a, b, c]) t.notMatch(text, leaks);
      // An empty faceImageBase is refused before there is a file to judge.
      answered += file.length === 0 ? 2 : 3;
      t.equal(await countScans(store), answered, 'what was answered is stored');

      const [goodA, goodB, goodC] = await Promise.all([
        clients.apptenticate(good),
        clients.faceLiveness(good),
        clients.dms(good),
      ]);
      t.equal(goodA.text, '{"valid":true}', 'and the next good picture is judged');
      t.match(goodB.json, { hasError: false });
      t.match(goodC.json, { result: 'Real' });
      answered += 3;
      t.equal(await countScans(store), answered);
    });
  }

  await t.test('a file that lacks most of its rows', async (t) => {
    const file = await claimingRows(12_000);
    t.match((await clients.apptenticate(file)).json, { valid: false, error_code: 708 });
    t.match((await clients.faceLiveness(file)).json, { hasError: true, error: 'FAILED_TO_READ_IMAGE' });
    t.match((await clients.dms(file)).json, { result: 'Failed to open file' });
  });

  await t.test('many at once, good and bad', async (t) => {
    const before = await countScans(store);
    const bad = Object.values(await brokenFiles()).filter((file) => file.length > 0);
    const answers = await Promise.all(
      bad.flatMap((file) => [clients.apptenticate(file), clients.apptenticate(good), clients.dms(file)]),
    );
    answers.forEach(({ status, json }, i) => {
      t.equal(status, 200);
      if (i % 3 === 0) t.match(json, { valid: false, error_code: 708 });
      if (i % 3 === 1) t.same(json, { valid: true });
      if (i % 3 === 2) t.match(json, { result: 'Failed to open file' });
    });
    t.equal(await countScans(store), before + answers.length);
  });
});
