import { ConfigSchema } from './schema.js';

/** One environment variable, for people. */
export interface Setting {
  readonly name: string;
  /** what it accepts, in words */
  readonly takes: string;
  readonly default: string;
  readonly description: string;
}

/** Every environment variable with its default and documentation, in the order of the schema. */
export function describeConfig(): Setting[] {
  return Object.entries(ConfigSchema.properties).map(([name, schema]) => {
    const s = schema as {
      type?: string;
      enum?: string[];
      minimum?: number;
      maximum?: number;
      default?: unknown;
      description?: string;
    };
    const range = s.minimum === undefined ? '' : ` ${s.minimum}…${s.maximum}`;
    return {
      name,
      takes: s.enum ? s.enum.join(' | ') : `${s.type ?? 'string'}${range}`,
      default: String(s.default ?? ''),
      description: s.description ?? '',
    };
  });
}
