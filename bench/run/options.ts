import { parseArgs } from 'node:util';
import { readCount } from '../growth/options.js';

/** The parts of the bench, in the order in which they run. */
export const partNames = ['contracts', 'sizes', 'faces', 'persons', 'gallery', 'workers', 'scans', 'human'] as const;
export type PartName = (typeof partNames)[number];

/** What is measured, and for how long. */
export interface Plan {
  readonly parts: readonly PartName[];
  /** how often everything is measured, one after the other */
  readonly turns: number;
  /** milliseconds of one measurement in one turn */
  readonly sliceMs: number;
  /** sizes of pictures, ascending */
  readonly megapixels: readonly number[];
  /** persons of the 1:N search, ascending */
  readonly persons: readonly number[];
  /** stored scans, ascending */
  readonly scans: readonly number[];
  /** the folder in which @vladmandic/human was installed; absent: this installation */
  readonly human: string | undefined;
}

/** What `npm run bench` was asked for. */
export interface RunOptions {
  readonly plan: Plan;
  /** files to write: the figures, the chart, the tables */
  readonly json: string | undefined;
  readonly svg: string | undefined;
  readonly markdown: string | undefined;
  /** a file of figures that an earlier run wrote; with it, nothing is measured */
  readonly from: string | undefined;
  readonly isHelp: boolean;
}

/** Thrown for a command line that cannot be used. `message` is for the user. */
export class UsageError extends Error {
  override name = 'UsageError';
}

export const usage = `npm run bench -- [options]

  --quick              one and a half minutes instead of six: one turn, smaller sizes
  --only PART,…        ${partNames.join(', ')} (default: all)
  --json FILE          write the figures
  --svg FILE           write the chart
  --markdown FILE      write the tables; in a file with the marks of docs/bench.md, between them
  --from FILE          measure nothing, show the figures that --json wrote

  --seconds N          seconds of each measurement, all turns together (default 2.5; with --quick 0.8)
  --turns N            turns in which they are taken (default 3; with --quick 1)
  --megapixels N,…     sizes of pictures (default 0.3,1,2,12,48; with --quick to 12)
  --persons N,…        persons of the 1:N search (default 1000,10000,100000; with --quick to 10000)
  --scans N,…          stored scans (default 1000,10000,100000; with --quick to 10000)
  --human DIR          the folder in which @vladmandic/human was installed (default: this one); see docs/bench.md`;

/** @param words of the command line @throws UsageError for a word or value that is not known */
export function readRunOptions(words: readonly string[]): RunOptions {
  const values = parse(words);
  const isQuick = values.quick ?? false;
  const shorten = (list: string, quickList: string): string => (isQuick ? quickList : list);
  const turns = readInteger('--turns', values.turns ?? (isQuick ? '1' : '3'));
  const seconds = readNumber('--seconds', values.seconds ?? (isQuick ? '0.8' : '2.5'), { above: 0, most: 3600 });
  const counts = (option: string, text: string): number[] => ascending(text.split(',').map((word) => readInteger(option, word)));
  return {
    plan: {
      parts: readParts(values.only),
      turns,
      sliceMs: (seconds * 1000) / turns,
      megapixels: ascending(
        (values.megapixels ?? shorten('0.3,1,2,12,48', '0.3,1,2,12'))
          .split(',')
          .map((word) => readNumber('--megapixels', word, { above: 0.05, most: 64 })),
      ),
      persons: counts('--persons', values.persons ?? shorten('1000,10000,100000', '1000,10000')),
      scans: counts('--scans', values.scans ?? shorten('1000,10000,100000', '1000,10000')),
      human: values.human,
    },
    json: values.json,
    svg: values.svg,
    markdown: values.markdown,
    from: values.from,
    isHelp: values.help ?? false,
  };
}

function parse(words: readonly string[]) {
  const text = { type: 'string' } as const;
  const flag = { type: 'boolean' } as const;
  const options = {
    ...{ quick: flag, help: flag, only: text, json: text, svg: text, markdown: text, from: text },
    ...{ seconds: text, turns: text, megapixels: text, persons: text, scans: text, human: text },
  };
  try {
    return parseArgs({ args: [...words], options }).values;
  } catch (error) {
    throw new UsageError((error as Error).message);
  }
}

function readParts(text: string | undefined): PartName[] {
  if (text === undefined) return [...partNames];
  const words = text.split(',');
  const unknown = words.find((word) => !(partNames as readonly string[]).includes(word));
  if (unknown !== undefined) throw new UsageError(`--only: "${unknown}" is not one of ${partNames.join(', ')}`);
  return partNames.filter((name) => words.includes(name));
}

function readInteger(option: string, text: string): number {
  try {
    return readCount(option, text);
  } catch (error) {
    throw new UsageError((error as Error).message);
  }
}

function readNumber(option: string, text: string, { above, most }: { readonly above: number; readonly most: number }): number {
  const value = /^\d+(\.\d+)?$/.test(text) ? Number(text) : Number.NaN;
  if (!(value > above && value <= most))
    throw new UsageError(`${option}: "${text}" is not a number above ${above} and at most ${most}`);
  return value;
}

const ascending = (values: readonly number[]): number[] => [...new Set(values)].sort((a, b) => a - b);
