import { execFile, spawnSync } from 'node:child_process';
import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { test } from 'tap';
import { findInstallation } from '../../../src/base/installation.js';
import { replay, selfie, tinyFace } from '../../fixtures/pictures.js';
import { temporaryDirectory } from '../../helper.js';
import { startRecognizer } from './recognizer.js';

const root = findInstallation();
const sample = (name: string): string =>
  readFileSync(join(root, 'test/contracts/apptenticate/samples', `${name}.py`), 'utf8').trim();
const seeds = process.env.TRIFACE_TEST_SEEDS ?? join(root, '../shared/seeds');
const hasRequests = spawnSync('python3', ['-c', 'import requests']).status === 0;

test('our copies of the samples are identical to the page’s', {
  skip: existsSync(seeds) ? false : '../shared/seeds is not there',
}, (t) => {
  const pages = readdirSync(seeds).map((name) => readFileSync(join(seeds, name), 'utf8'));
  // the page prints no quote before the file's name
  for (const name of ['persons', 'face']) {
    const printed = sample(name).replace("('unknow.jpeg'", "(unknow.jpeg'");
    t.ok(
      pages.some((page) => page.includes(printed)),
      name,
    );
  }
  t.end();
});

test('the page’s Python samples', { skip: hasRequests ? false : 'python3 with requests is not on this machine' }, async (t) => {
  const recognizer = await startRecognizer(t);
  const { server, recognition } = recognizer;
  const directory = temporaryDirectory(t);
  const token = await server.apiToken();
  let pictures = 0;
  const run = async (name: string, picture: Buffer) => {
    const path = join(directory, `${pictures++}.jpg`);
    writeFileSync(path, picture);
    const moved = sample(name).replace('https://api.apptenticate.com', server.url).replace('/D:/unknow.jpeg', path);
    const script = `import json, requests\ntoken = '${token}'\n${moved}\nprint(json.dumps(response))\n`;
    const { stdout } = await promisify(execFile)('python3', ['-c', script], { env: { ...process.env, NO_PROXY: '*' } });
    return JSON.parse(stdout);
  };
  const picture = await selfie();

  t.match(await run('face', picture), { error_code: 902 }, 'before anybody is registered');
  t.same(await run('persons', await tinyFace()), { valid: false, message: 'Face too small in pixels', error_code: 706 });
  t.match(await run('persons', picture), {
    ...{ id: Number, citizen_id: '1234', name: 'Qwerty', image: /^http.*\/image\/$/ },
    ...{ is_blocked: false, created_at: String, agreed_terms: false },
  });
  t.match(await run('persons', picture), { error_code: 903 });
  t.match(await run('face', picture), {
    ...{ id: String, created_at: String, result: true, result_text: 'Recognised face' },
    ...{ name: 'Qwerty', citizen_id: '1234' },
  });
  t.match(await run('face', await selfie('other')), { result: false, result_text: 'Face does not match ID' });
  await recognition({ liveness: true });
  t.match(await run('face', await replay()), { valid: false, error_code: 715, error_details: { api_response: {} } });
  t.match(await run('face', picture), { result: true });
});
