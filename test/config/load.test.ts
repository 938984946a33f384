import t from 'tap';
import { findModelsDir } from '../../src/base/installation.js';
import { describeConfig } from '../../src/config/describe.js';
import { ConfigError, loadConfig } from '../../src/config/load.js';
import { ConfigSchema } from '../../src/config/schema.js';

function faultsOf(env: Record<string, string>): string {
  try {
    loadConfig(env);
    return '';
  } catch (error) {
    return (error as Error).message;
  }
}

t.test('defaults apply to unset and to empty variables', async (t) => {
  const config = loadConfig({ PORT: '', PATH: '/bin' });
  t.match(config, {
    HOST: '0.0.0.0',
    PORT: 8080,
    DATA_DIR: './data',
    INFERENCE_PROVIDER: 'auto',
    TRIFACE_ADMIN_PASSWORD: '',
    WORKERS: 0,
    TRIFACE_REJECTION_STATUS: 200,
    TRIFACE_CAPTURE_ORIGINS: '*',
    TRIFACE_ORIGINS: [],
    TRIFACE_MODELS_DIR: findModelsDir(),
  });
  t.same(config.TRIFACE_TRUST_PROXY, []);
  t.equal(config.TRIFACE_IMAGE_URL_HOSTS, 'public');
  t.same(config.DATABASE_URL, { file: undefined });
  t.same(config.TRIFACE_MASTER_KEY, []);
  t.same(config.TRIFACE_OIDC_RIGHTS.get('scans:read'), ['scans:read']);
  t.throws(() => Object.assign(config, { PORT: 1 }), 'it is frozen');
});

t.test('values are converted to the type of their variable', async (t) => {
  t.match(loadConfig({ PORT: '9000', WORKERS: '3', TRIFACE_FACE_LIVENESS_ALIASES: 'true', TRIFACE_REJECTION_STATUS: '400' }), {
    PORT: 9000,
    WORKERS: 3,
    TRIFACE_FACE_LIVENESS_ALIASES: true,
    TRIFACE_REJECTION_STATUS: 400,
  });
  t.same(loadConfig({ TRIFACE_CAPTURE_ORIGINS: 'none' }).TRIFACE_CAPTURE_ORIGINS, []);
  const parsed = loadConfig({
    TRIFACE_CAPTURE_ORIGINS: 'https://Shop.example:443, http://localhost:3000',
    TRIFACE_TRUST_PROXY: '10.0.0.0/8, ::1,loopback,172.16.0.0/255.240.0.0',
    TRIFACE_OIDC_RIGHTS: 'operator=liveness scans:read',
    TRIFACE_IMAGE_URL_HOSTS: '*.cdn.example, http://10.0.0.1:81',
    DATABASE_URL: 'postgres://u:p@h/d',
    TRIFACE_MASTER_KEY: Buffer.alloc(32, 7).toString('base64'),
  });
  t.same(parsed.TRIFACE_CAPTURE_ORIGINS, ['https://shop.example', 'http://localhost:3000']);
  t.same(parsed.TRIFACE_TRUST_PROXY, ['10.0.0.0/8', '::1', 'loopback', '172.16.0.0/255.240.0.0']);
  t.same([...parsed.TRIFACE_OIDC_RIGHTS], [['operator', ['liveness', 'scans:read']]]);
  t.same(parsed.TRIFACE_IMAGE_URL_HOSTS, [
    { protocol: 'https:', port: '', host: 'cdn.example', wildcard: true },
    { protocol: 'http:', port: '81', host: '10.0.0.1', wildcard: false },
  ]);
  t.match(parsed.DATABASE_URL, { postgres: { shown: 'h:5432/d' } });
  t.same(
    parsed.TRIFACE_MASTER_KEY.map(({ key }) => Buffer.from(key)),
    [Buffer.alloc(32, 7)],
  );
});

t.test('the memory for bodies is 0 or enough for a picture', async (t) => {
  for (const bytes of ['0', '1048576', '']) t.equal(faultsOf({ TRIFACE_MAX_INTAKE_BYTES: bytes }), '', bytes);
  for (const bytes of ['1', '1048575', '-1', '1.5'])
    t.match(faultsOf({ TRIFACE_MAX_INTAKE_BYTES: bytes }), 'Allowed: 0, or', bytes);
});

t.test('values that cannot be parsed are named, each with its variable', async (t) => {
  const wrong = {
    DATABASE_URL: ['mysql://u:s3cret@h/d', 'file:', 'postgres://u:s3cret@h'],
    TRIFACE_CAPTURE_ORIGINS: ['https://a.test/page', 'ftp://a.test', 'a.test', 'https://a.test,', '*,https://a.test'],
    TRIFACE_TRUST_PROXY: ['proxy.example', '10.0.0.0/33', '10.0.0.0/8/8', '::1/129', '10.0.0.1,'],
    TRIFACE_IMAGE_URL_HOSTS: ['a.test,public', 'public+http,a.test', 'ftp://a.test'],
    TRIFACE_OIDC_RIGHTS: ['operator', 'operator=everything', '=liveness'],
    TRIFACE_MASTER_KEY: ['s3cret', ','],
  };
  for (const [name, values] of Object.entries(wrong))
    for (const value of values) {
      const faults = faultsOf({ [name]: value });
      t.match(faults, `${name}: `, value);
      t.notMatch(faults, 's3cret');
      t.notMatch(faults, '\n', 'one line');
    }
  t.equal(faultsOf({ DATABASE_URL: 'mysql://h/d', TRIFACE_TRUST_PROXY: 'x', PORT: '-1' }).split('\n').length, 5);
});

t.test('every variable with an invalid value is named, without the value', async (t) => {
  const wrong = {
    PORT: '99999',
    WORKERS: 'many',
    INFERENCE_PROVIDER: 'tpu',
    TRIFACE_REALM: 'a b',
    TRIFACE_ADMIN_PASWORD: 's3cret-typo',
  };
  try {
    loadConfig(wrong);
    t.fail('it must throw');
  } catch (error) {
    t.type(error, ConfigError);
    const { message } = error as Error;
    for (const name of Object.keys(wrong)) t.match(message, name);
    t.notMatch(message, 's3cret-typo');
  }
});

t.test('at least one token issuer is required', async (t) => {
  t.throws(() => loadConfig({ TRIFACE_OIDC_EMBEDDED: 'false' }), /TRIFACE_OIDC_ISSUER is empty/);
  t.ok(loadConfig({ TRIFACE_OIDC_EMBEDDED: 'false', TRIFACE_OIDC_ISSUER: 'https://keycloak.example/realms/dms' }));
  for (const wrong of [
    'face.example',
    'https://face.example/',
    'https://face.example/a?b',
    'https://u:p@face.example',
    'ftp://a',
  ])
    t.throws(() => loadConfig({ TRIFACE_PUBLIC_URL: wrong }), /TRIFACE_PUBLIC_URL/, wrong);
  t.ok(loadConfig({ TRIFACE_PUBLIC_URL: 'https://gateway.example:8443/triface' }));
});

t.test('the documentation covers every variable', async (t) => {
  const described = describeConfig();
  t.same(
    described.map(({ name }) => name),
    Object.keys(ConfigSchema.properties),
  );
  for (const { name, description } of described) t.ok(description.length > 10, name);
});
