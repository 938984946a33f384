import { test } from 'tap';
import Type, { type TSchema } from 'typebox';
import { compileFloatJson, toFloatText } from '../../src/platform/float-json.js';
import { Random } from '../random.js';

/** What typed clients read as a float: JSON's grammar, with a fraction. */
const float = /^-?(0|[1-9]\d*)\.\d+([eE][+-]?\d+)?$/;

/** Numbers of every size and form, integers among them. */
function someNumber(random: Random): number {
  const integer = random.whole(-1000, 1000);
  const bits = new Float64Array(new Uint32Array([random.whole(0, 0xffffffff), random.whole(0, 0xffffffff)]).buffer)[0]!;
  const number = random.pick([
    integer,
    random.next(),
    integer * 10 ** random.whole(-300, 300),
    2 ** random.whole(-1074, 1023),
    bits,
  ]);
  return Number.isFinite(number) ? number : 0;
}

test('a float has a fraction, and is the same number when it is read', async (t) => {
  const random = new Random(27);
  const numbers = [0, -0, 1, -1, 0.1, 1e-7, 1e21, -1e21, 1.5e300, 5e-324, Number.MAX_VALUE, Number.MAX_SAFE_INTEGER];
  for (let count = 0; count < 5000; count++) numbers.push(someNumber(random));
  for (const number of numbers) {
    const text = toFloatText(number);
    if (!float.test(text) || JSON.parse(text) !== number) t.fail(`${number} became ${text}`);
  }
  t.match([-0, 1, 1e-7, 1e21, -12].map(toFloatText), ['0.0', '1.0', '1.0e-7', '1.0e+21', '-12.0']);
  t.same([Number.NaN, Infinity, -Infinity].map(toFloatText), ['null', 'null', 'null'], 'as JSON.stringify');
});

test('the schema says which numbers are floats, wherever they are', async (t) => {
  const Part = Type.Object({ float: Type.Number(), integer: Type.Integer(), text: Type.Optional(Type.String()) });
  const cases: readonly [TSchema, unknown, string][] = [
    [Part, { float: 1, integer: 1, text: '1' }, '{"float":1.0,"integer":1,"text":"1"}'],
    [Part, { integer: 2, other: 3, float: 4, text: undefined }, '{"integer":2,"other":3,"float":4.0}'],
    [Type.Array(Type.Number()), [1, null, undefined, 2.5], '[1.0,null,null,2.5]'],
    [Type.Array(Part), [{ float: 0, integer: 0 }], '[{"float":0.0,"integer":0}]'],
    [Type.Union([Type.Number(), Type.Null()]), null, 'null'],
    [Type.Union([Type.Null(), Part]), { float: 7, integer: 7 }, '{"float":7.0,"integer":7}'],
    [Type.Union([Type.Object({ a: Type.Number() }), Type.Object({ b: Type.Integer() })]), { a: 1, b: 1 }, '{"a":1.0,"b":1}'],
    [Type.Intersect([Type.Object({ a: Type.Number() }), Part]), { a: 1, float: 1 }, '{"a":1.0,"float":1.0}'],
    [Type.Record(Type.String(), Type.Number()), { a: 1, constructor: 2 }, '{"a":1.0,"constructor":2.0}'],
    [Type.Tuple([Type.Number(), Type.Number()]), [1, 2], '[1.0,2.0]'],
    [Type.Unsafe({ type: ['number', 'null'] }), 5, '5.0'],
    [Type.Object({ at: Type.Number() }), { at: new Date(0) }, '{"at":"1970-01-01T00:00:00.000Z"}'],
    [Type.Number(), '1', '"1"'],
    [Type.Integer(), 1, '1'],
  ];
  for (const [schema, value, text] of cases) t.equal(compileFloatJson(schema)(value), text);
});

test('without floats, and apart from their form, the text is JSON.stringify’s', async (t) => {
  const random = new Random(28);
  const make = (depth: number): [TSchema, unknown] => {
    const kind = depth === 0 ? random.whole(0, 3) : random.whole(0, 5);
    if (kind === 0) return [Type.Number(), someNumber(random)];
    if (kind === 1) return [Type.Integer(), random.whole(-5, 5)];
    if (kind === 2) return [Type.String(), random.pick(['', '1.0', '"', 'é\u2028\ud83d\ude00', '{"a":1}'])];
    if (kind === 3) return [Type.Union([Type.Number(), Type.Null()]), random.pick([null, 3])];
    const parts = Array.from({ length: random.whole(0, 4) }, () => make(depth - 1));
    if (kind === 4) return [Type.Array(Type.Union(parts.map(([schema]) => schema))), parts.map(([, value]) => value)];
    const members = parts.map(([schema, value], index) => [`m"${index}`, schema, value] as const);
    return [
      Type.Object(Object.fromEntries(members.map(([name, schema]) => [name, schema]))),
      Object.fromEntries(members.map(([name, , value]) => [name, value])),
    ];
  };
  for (let count = 0; count < 500; count++) {
    const [schema, value] = make(4);
    const text = compileFloatJson(schema)(value);
    if (JSON.stringify(JSON.parse(text)) !== JSON.stringify(value)) t.fail(`${JSON.stringify(value)} became ${text}`);
  }
  t.pass('500 values');
});
