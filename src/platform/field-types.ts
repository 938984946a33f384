import type { TSchema } from 'typebox';

/** What a form's field takes. */
export type FieldType = 'text' | 'file' | 'word';

/** The properties of a schema that say what a field takes. */
interface FieldSchema {
  readonly type?: string;
  readonly format?: string;
  readonly enum?: unknown;
}

/**
 * What the fields of a form take, by its schema: files; words that the operation knows, such as booleans, numbers and enumerations; or
 * any text.
 */
export function fieldTypesOf(form: TSchema | undefined): ReadonlyMap<string, FieldType> {
  const known = types.get(form);
  if (known) return known;
  const properties = (form as { properties?: Readonly<Record<string, FieldSchema>> } | undefined)?.properties ?? {};
  const found = new Map(Object.entries(properties).map(([name, schema]) => [name, typeOf(schema)] as const));
  types.set(form, found);
  return found;
}

const types = new Map<TSchema | undefined, ReadonlyMap<string, FieldType>>();

function typeOf({ type, format, enum: values }: FieldSchema): FieldType {
  if (format === 'binary') return 'file';
  return type === 'string' && values === undefined ? 'text' : 'word';
}

/**
 * Whether a text says that there is no value: it is blank, or what FormData makes of `undefined` and `null`. Not for fields that take
 * any text: somebody's name may be Null.
 */
export const saysNothing = (text: string): boolean => /^(undefined|null)?$/i.test(text.trim());
