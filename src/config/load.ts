import type { TSchema } from 'typebox';
import Value from 'typebox/value';
import { commandName } from '../base/command-name.js';
import { OperatorError } from '../base/operator-error.js';
import { describeSchema } from './describe.js';
import { type Config, ConfigSchema } from './schema.js';
import { findServiceLinks } from './service-links.js';

/** The environment is invalid. `message` names every variable at fault, one per line, and holds no secret. */
export class ConfigError extends OperatorError {
  override name = 'ConfigError';
}

/**
 * Reads, validates and parses the environment.
 * @param env usually `process.env`. An empty variable counts as not set. Unknown variables are ignored, except unknown
 *   `TRIFACE_*`: these are refused, so that a typing error does not go unnoticed, unless Kubernetes set them.
 * @throws ConfigError naming the variables at fault
 */
export function loadConfig(env: Record<string, string | undefined>): Config {
  const known: Record<string, TSchema> = ConfigSchema.properties;
  const unknown = Object.keys(env).filter(
    (name) => name.startsWith('TRIFACE_') && !(name in known) && !name.startsWith('TRIFACE_TEST_'),
  );
  const links = findServiceLinks(env);
  const faults = unknown.filter((name) => !links.has(name)).map((name) => `${name} is not a setting of Triface`);
  const config: Record<string, unknown> = {};
  for (const [name, schema] of Object.entries(known)) {
    try {
      config[name] = readValue(schema, env[name]);
    } catch (error) {
      faults.push(`${name}: ${(error as Error).message}`);
    }
  }
  if (config.TRIFACE_OIDC_EMBEDDED === false && config.TRIFACE_OIDC_ISSUER === '')
    faults.push(
      'TRIFACE_OIDC_EMBEDDED is false and TRIFACE_OIDC_ISSUER is empty: no provider would issue tokens. Set one of them',
    );
  if (faults.length > 0) throw new ConfigError(describeFaults(faults));
  return Object.freeze(config) as Config;
}

/** @throws Error saying what the variable takes; the value is not repeated, since it may be a secret */
function readValue(schema: TSchema, text: string | undefined): unknown {
  const value = Value.Convert(schema, text === undefined || text === '' ? (schema as { default?: unknown }).default : text);
  if (!Value.Check(schema, value)) throw new Error(`the value is invalid. Allowed: ${describeSchema(schema)}`);
  return Value.Decode(schema, value);
}

function describeFaults(faults: readonly string[]): string {
  const help = `Run \`${commandName} config\` to list all settings.`;
  if (faults.length === 1) return `invalid configuration: ${faults[0]}. ${help}`;
  return `invalid configuration:\n  ${faults.join('\n  ')}\n${help}`;
}
