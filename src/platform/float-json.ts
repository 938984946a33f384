import type { TSchema } from 'typebox';

/** Where the floats of a value are. Undefined: it contains none. */
type Shape = ShapeNode | undefined;
interface ShapeNode {
  readonly isFloat: boolean;
  readonly members: Readonly<Record<string, ShapeNode>>;
  /** members that the schema does not name */
  readonly others: Shape;
  readonly items: Shape;
}

/**
 * A number as typed clients expect a float: always with a fraction (`1.0`, `1.0e-7`), since some of them read `1` as an integer
 * and fail. Reading it gives the same number; the sign of zero is dropped.
 * @returns `null` for a number that JSON does not have, as JSON.stringify does
 */
export function toFloatText(value: number): string {
  if (!Number.isFinite(value)) return 'null';
  const text = String(value);
  return text.includes('.') ? text : text.replace(/^(-?\d+)/, '$1.0');
}

/**
 * Creates a JSON.stringify that writes each value with the schema's type `number` as a float, and `integer` as it is. It does
 * nothing else with the schema: members and their order remain the value's.
 * @param schema without references
 */
export function compileFloatJson(schema: TSchema): (value: unknown) => string {
  const write = compile(findFloats(schema));
  return (value) => write(value) ?? 'null';
}

/** A JSON schema, as far as floats can be found in it. */
interface SchemaPart {
  readonly type?: string | readonly string[];
  readonly properties?: Readonly<Record<string, SchemaPart>>;
  readonly patternProperties?: Readonly<Record<string, SchemaPart>>;
  readonly additionalProperties?: SchemaPart | boolean;
  readonly items?: SchemaPart | readonly SchemaPart[];
  readonly anyOf?: readonly SchemaPart[];
  readonly oneOf?: readonly SchemaPart[];
  readonly allOf?: readonly SchemaPart[];
}

function findFloats(schema: SchemaPart): Shape {
  const { type, properties = {}, patternProperties = {}, additionalProperties, items = [] } = schema;
  const members = Object.entries(properties).map(([name, part]) => [name, findFloats(part)] as const);
  const open = typeof additionalProperties === 'object' ? [additionalProperties] : [];
  const own: ShapeNode = {
    isFloat: type === 'number' || (Array.isArray(type) && type.includes('number')),
    members: Object.fromEntries(members.filter((member): member is [string, ShapeNode] => member[1] !== undefined)),
    others: mergeAll([...open, ...Object.values(patternProperties)].map(findFloats)),
    items: mergeAll([items].flat().map(findFloats)),
  };
  const isEmpty = !own.isFloat && !own.others && !own.items && Object.keys(own.members).length === 0;
  const { anyOf = [], oneOf = [], allOf = [] } = schema;
  return mergeAll([isEmpty ? undefined : own, ...[...anyOf, ...oneOf, ...allOf].map(findFloats)]);
}

const mergeAll = (shapes: readonly Shape[]): Shape => shapes.reduce(merge, undefined);

function merge(a: Shape, b: Shape): Shape {
  if (!a || !b) return a ?? b;
  const members = { ...a.members };
  for (const [name, shape] of Object.entries(b.members)) members[name] = merge(members[name], shape)!;
  return { isFloat: a.isFloat || b.isFloat, members, others: merge(a.others, b.others), items: merge(a.items, b.items) };
}

/** Writes a value. @returns undefined for what JSON.stringify leaves out */
type Write = (value: unknown) => string | undefined;

function compile(shape: Shape): Write {
  if (!shape) return JSON.stringify;
  const { isFloat } = shape;
  const writeItem = compile(shape.items);
  const writeOther = compile(shape.others);
  // The names are made texts once: an export writes each of them millions of times.
  const members = new Map(
    Object.entries(shape.members).map(([name, member]) => [name, { key: keyOf(name), write: compile(member) }]),
  );
  return (value) => {
    if (typeof value === 'number') return isFloat ? toFloatText(value) : JSON.stringify(value);
    if (typeof value !== 'object' || value === null || 'toJSON' in value) return JSON.stringify(value);
    let text = '';
    if (Array.isArray(value)) {
      for (const item of value) text += `${text === '' ? '' : ','}${writeItem(item) ?? 'null'}`;
      return `[${text}]`;
    }
    for (const name of Object.keys(value)) {
      const known = members.get(name);
      const member = (known?.write ?? writeOther)((value as Record<string, unknown>)[name]);
      if (member !== undefined) text += `${text === '' ? '' : ','}${known?.key ?? keyOf(name)}${member}`;
    }
    return `{${text}}`;
  };
}

const keyOf = (name: string): string => `${JSON.stringify(name)}:`;
