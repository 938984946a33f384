import { join } from 'node:path';
import t from 'tap';
import { readNpmSettings } from '../../../src/inference/prepare/npm-settings.js';

/** The environment without the variables that a running npm sets. */
const bare = Object.fromEntries(Object.entries(process.env).filter(([name]) => !name.toLowerCase().startsWith('npm_')));

t.test('settings come from .npmrc as npm reads it, credentials too', async (t) => {
  const npmrc = [
    'registry=http://127.0.0.1:4873/',
    '@acme:registry=http://127.0.0.1:4874/',
    `//127.0.0.1:4874/:_authToken=\${ACME_TOKEN}`,
    'strict-ssl=false',
    'cache=./own-cache',
    '; //comment/:_authToken=x',
    ` //r.test/:_authToken = "\${ACME_TOKEN}-\${UNKNOWN}"`,
    '//r.test/:username=u\r',
  ].join('\n');
  const directory = t.testdir({ project: { 'package.json': '{}', '.npmrc': npmrc } });
  const settings = await readNpmSettings({ ...bare, ACME_TOKEN: 'token' }, join(directory, 'project'));
  t.match(settings, {
    registry: 'http://127.0.0.1:4873/',
    '@acme:registry': 'http://127.0.0.1:4874/',
    '//127.0.0.1:4874/:_authToken': 'token',
    '//r.test/:_authToken': `token-\${UNKNOWN}`,
    '//r.test/:username': 'u',
    strictSSL: false,
    cache: join(directory, 'project', 'own-cache', '_cacache'),
  });
  t.notOk('//comment/:_authToken' in settings, 'a comment is not a setting');
});

t.test('the environment takes precedence over .npmrc', async (t) => {
  const project = t.testdir({ 'package.json': '{}', '.npmrc': 'registry=http://127.0.0.1:4873/' });
  const settings = await readNpmSettings({ ...bare, npm_config_registry: 'http://127.0.0.1:1/' }, project);
  t.equal(settings.registry, 'http://127.0.0.1:1/');
});

t.test('without npm the environment is used', async (t) => {
  const env = { PATH: t.testdir(), npm_config_registry: 'http://127.0.0.1:1/' };
  t.same(await readNpmSettings(env, t.testdirName), { registry: 'http://127.0.0.1:1/' });
});
