import Value from 'typebox/value';
import { type Config, ConfigSchema } from './schema.js';

/** The environment is wrong. `message` names every variable at fault, one a line; no value is repeated, it may be a secret. */
export class ConfigError extends Error {
  override name = 'ConfigError';
}

/**
 * Reads, converts and validates the environment.
 * @param env usually `process.env`; unknown variables are left alone, unknown `TRIFACE_*` are refused (a typing error would go unseen)
 * @throws ConfigError naming the variables at fault
 */
export function loadConfig(env: Record<string, string | undefined>): Config {
  const known = ConfigSchema.properties;
  const given = Object.fromEntries(
    Object.entries(env).filter(([name, value]) => name in known && value !== undefined && value !== ''),
  );
  const faults = Object.keys(env)
    .filter((name) => name.startsWith('TRIFACE_') && !(name in known) && !name.startsWith('TRIFACE_TEST_'))
    .map((name) => `${name} is not a setting of Triface`);
  const config = Value.Convert(ConfigSchema, Value.Default(ConfigSchema, given)) as Config;
  for (const error of Value.Errors(ConfigSchema, config)) faults.push(`${error.instancePath.slice(1)} ${error.message}`);
  if (config.TRIFACE_OIDC_EMBEDDED === false && config.TRIFACE_OIDC_ISSUER === '')
    faults.push('TRIFACE_OIDC_EMBEDDED is false and TRIFACE_OIDC_ISSUER is empty: nobody could issue tokens');
  if (faults.length > 0)
    throw new ConfigError(
      `wrong configuration:\n  ${[...new Set(faults)].join('\n  ')}\nRun \`npx triface config\` for what each variable takes.`,
    );
  return Object.freeze(config);
}
