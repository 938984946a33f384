import type { TSchema } from 'typebox';
import { ConfigSchema } from './schema.js';

/** One environment variable, for people. */
export interface Setting {
  readonly name: string;
  /** what it accepts, in words */
  readonly takes: string;
  readonly default: string;
  readonly description: string;
}

/** What {@link describeSchema} reads of a variable's schema. */
interface Described {
  readonly type?: string;
  readonly enum?: readonly string[];
  readonly minimum?: number;
  readonly maximum?: number;
  readonly minLength?: number;
  readonly maxLength?: number;
  readonly takes?: string;
  readonly default?: unknown;
  readonly description?: string;
}

/** What a variable accepts, in words. */
export function describeSchema(schema: TSchema): string {
  const s = schema as Described;
  if (s.takes !== undefined) return s.takes;
  if (s.enum) return s.enum.join(' | ');
  if (s.type === 'boolean') return 'true | false';
  if (s.type === 'integer')
    return s.maximum === undefined ? `integer, at least ${s.minimum}` : `integer from ${s.minimum} to ${s.maximum}`;
  return s.maxLength === undefined ? 'text' : `text of ${s.minLength} to ${s.maxLength} characters`;
}

/** Every environment variable with its default and documentation, in the order of the schema. */
export function describeConfig(): Setting[] {
  return Object.entries(ConfigSchema.properties).map(([name, schema]) => {
    const s = schema as Described;
    return { name, takes: describeSchema(schema), default: String(s.default ?? ''), description: s.description ?? '' };
  });
}
