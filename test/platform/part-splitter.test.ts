import { test } from 'tap';
import { FormError } from '../../src/platform/form-error.js';
import { PartSplitter } from '../../src/platform/part-splitter.js';
import { Random } from '../random.js';

type Part = { readonly head: Record<string, string>; readonly content: string };

/** Splits a body that arrives in chunks of these sizes; the last size repeats. */
function split(body: Buffer, boundary: string, sizes: readonly number[]): Part[] | string {
  const parts: { head: Record<string, string>; content: string }[] = [];
  const splitter = new PartSplitter(boundary, {
    onPart: (head) => void parts.push({ head: Object.fromEntries(head), content: '' }),
    onContent: (bytes) => {
      parts.at(-1)!.content += bytes.toString('latin1');
    },
  });
  try {
    for (let at = 0, i = 0; at < body.length; i++) {
      const size = sizes[Math.min(i, sizes.length - 1)]!;
      splitter.write(body.subarray(at, at + size));
      at += size;
    }
    splitter.end();
  } catch (error) {
    if (error instanceof FormError) return error.fault;
    throw error;
  }
  return parts;
}

const part = (content: string, head: Record<string, string> = {}): Part => ({ head, content });

test('bodies as RFC 2046 allows them, in one piece and byte by byte', async (t) => {
  const cases: [string, string, readonly Part[] | string][] = [
    ['one part', '--b\r\nA: 1\r\n\r\nx\r\n--b--\r\n', [part('x', { a: '1' })]],
    ['no line end after the last boundary', '--b\r\nA: 1\r\n\r\nx\r\n--b--', [part('x', { a: '1' })]],
    ['preamble and epilogue', 'pre --b\r\n\r\n--b\r\n\r\nx\r\n--b--\r\nepilogue\r\n--b\r\n\r\ny\r\n', [part('x')]],
    ['white space after the boundary', '--b \t \r\n\r\nx\r\n--b\t\r\n\r\ny\r\n--b-- \r\n', [part('x'), part('y')]],
    ['LF alone', '--b\nA: 1\nB: 2\n\nx\n\ny\n--b--\n', [part('x\n\ny', { a: '1', b: '2' })]],
    ['folded fields', '--b\r\nA: 1;\r\n\t x=2\r\nB : 3\r\n\r\nx\r\n--b--', [part('x', { a: '1; x=2', b: '3' })]],
    ['of two fields the first', '--b\r\nA: 1\r\na: 2\r\nno colon\r\n\r\nx\r\n--b--', [part('x', { a: '1' })]],
    ['no fields', '--b\r\n\r\nx\r\n--b--', [part('x')]],
    ['empty content', '--b\r\nA: 1\r\n\r\n\r\n--b\r\n\r\n\r\n--b--', [part('', { a: '1' }), part('')]],
    ['empty content without its line end', '--b\r\nA: 1\r\n\r\n--b--', [part('', { a: '1' })]],
    ['line ends around the content', '--b\r\n\r\n\r\n\r\nx\r\r\n\r\n--b--', [part('\r\n\r\nx\r\r\n')]],
    ['almost boundaries', '--b\r\n\r\n\r\n-\r\n--\r\n --b\r\n--c\r\nx--b\r\n--b--', [part('\r\n-\r\n--\r\n --b\r\n--c\r\nx--b')]],
    ['no parts', '--b--\r\n', []],
    ['the last boundary is missing', '--b\r\n\r\nx\r\n', 'malformed'],
    ['the last boundary is cut', '--b\r\n\r\nx\r\n--b-', 'malformed'],
    ['no boundary', 'x\r\n', 'malformed'],
    ['nothing', '', 'malformed'],
    ['a line that goes on after the boundary', '--b\r\n\r\nx\r\n--bc\r\n\r\ny\r\n--b--', 'malformed'],
    ['endless white space after the boundary', `--b${' '.repeat(5000)}`, 'malformed'],
    ['an endless head', `--b\r\nA: ${'x'.repeat(20_000)}`, 'too-large'],
    ['a long head', `--b\r\nA: ${'x'.repeat(20_000)}\r\n\r\nx\r\n--b--`, 'too-large'],
    ['many fields', `--b\r\n${'A: 1\r\n'.repeat(40)}\r\nx\r\n--b--`, 'too-large'],
  ];
  for (const [name, body, want] of cases)
    for (const sizes of [[1e6], [1], [2], [3], [7]])
      t.same(split(Buffer.from(body, 'latin1'), 'b', sizes), want, `${name}, ${sizes} at a time`);
});

test('random contents are the same wherever the chunks end', async (t) => {
  const random = new Random(27);
  const pick = (count: number) => random.whole(0, count - 1);
  const boundary = 'a-b';
  // Made of what boundaries are made of, so that almost-boundaries are frequent.
  const pieces = ['\r', '\n', '-', '--', 'a', 'a-', '\r\n--', '\r\n--a', ' ', 'x', '\0'];
  const randomContent = () => Array.from({ length: pick(30) }, () => pieces[pick(pieces.length)]).join('');
  for (let round = 0; round < 400; round++) {
    const contents = Array.from({ length: pick(4) }, randomContent).filter((content) => !`\n${content}`.includes('\n--a-b'));
    const body = contents.map((content) => `--${boundary}\r\nN: ${content.length}\r\n\r\n${content}\r\n`).join('');
    const sizes = Array.from({ length: 200 }, () => 1 + pick(12));
    const want = contents.map((content) => part(content, { n: String(content.length) }));
    const got = split(Buffer.from(`${body}--${boundary}--\r\n`, 'latin1'), boundary, sizes);
    if (JSON.stringify(got) !== JSON.stringify(want)) return t.same(got, want, JSON.stringify({ contents, sizes }));
  }
  t.pass('400 bodies');
});
