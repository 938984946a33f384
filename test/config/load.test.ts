import t from 'tap';
import { describeConfig } from '../../src/config/describe.js';
import { ConfigError, loadConfig } from '../../src/config/load.js';
import { ConfigSchema } from '../../src/config/schema.js';

t.test('defaults hold where nothing is said, empty means nothing', async (t) => {
  const config = loadConfig({ PORT: '', PATH: '/bin' });
  t.match(config, {
    HOST: '0.0.0.0',
    PORT: 8080,
    DATA_DIR: './data',
    INFERENCE_PROVIDER: 'auto',
    TRIFACE_ADMIN_PASSWORD: '',
    TRIFACE_IMAGE_URL_HOSTS: 'public',
  });
  t.throws(() => Object.assign(config, { PORT: 1 }), 'it is frozen');
});

t.test('values are converted to the type of their variable', async (t) => {
  t.match(loadConfig({ PORT: '9000', WORKERS: '3', TRIFACE_FACE_LIVENESS_ALIASES: 'true', TRIFACE_REJECTION_STATUS: '400' }), {
    PORT: 9000,
    WORKERS: 3,
    TRIFACE_FACE_LIVENESS_ALIASES: true,
    TRIFACE_REJECTION_STATUS: '400',
  });
});

t.test('every wrong value is named, and no value is repeated', async (t) => {
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

t.test('somebody must issue tokens', async (t) => {
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
