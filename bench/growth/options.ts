import { resolve } from 'node:path';
import { parseArgs } from 'node:util';

/** The parts of the bench, in the order in which they run. */
export const sectionNames = ['scans', 'sweeps', 'persons', 'accounts', 'pictures'] as const;
export type SectionName = (typeof sectionNames)[number];

export const databaseNames = ['sqlite', 'postgres'] as const;
export type DatabaseName = (typeof databaseNames)[number];

/** What `npm run bench:growth` was asked for. */
export interface GrowthOptions {
  /** rows, ascending */
  readonly sizes: readonly number[];
  readonly databases: readonly DatabaseName[];
  /** absolute path of a built checkout that is measured as "before"; absent: only this one is measured */
  readonly against: string | undefined;
  readonly only: readonly SectionName[];
  /** measurements of each request */
  readonly rounds: number;
  /** settings of every server, beyond the bench's own */
  readonly env: Readonly<Record<string, string>>;
  /** files to write: the figures, the chart */
  readonly json: string | undefined;
  readonly chart: string | undefined;
  /** files of figures that earlier runs wrote; with them nothing is measured */
  readonly from: readonly string[];
}

/** @param words of the command line @throws Error for a word or value that is not known */
export function readOptions(words: readonly string[]): GrowthOptions {
  const { values } = parseArgs({
    args: [...words],
    options: {
      sizes: { type: 'string', default: '1000,10000' },
      databases: { type: 'string', default: databaseNames.join() },
      against: { type: 'string' },
      only: { type: 'string', default: sectionNames.join() },
      rounds: { type: 'string', default: '30' },
      env: { type: 'string', multiple: true, default: [] },
      json: { type: 'string' },
      chart: { type: 'string' },
      from: { type: 'string', multiple: true, default: [] },
    },
  });
  const sizes = values.sizes.split(',').map((text) => readCount('--sizes', text));
  return {
    sizes: sizes.sort((a, b) => a - b),
    databases: readNames('--databases', values.databases, databaseNames),
    against: values.against === undefined ? undefined : resolve(values.against),
    only: readNames('--only', values.only, sectionNames),
    rounds: readCount('--rounds', values.rounds),
    env: readEnv(values.env),
    json: values.json,
    chart: values.chart,
    from: values.from,
  };
}

/** Reads `KEY=VALUE` texts. @throws Error for a text without a name or `=` */
export function readEnv(texts: readonly string[]): Record<string, string> {
  const entries = texts.map((text) => {
    const [, name, value] = /^([A-Za-z_]\w*)=(.*)$/s.exec(text) ?? [];
    if (name === undefined) throw new Error(`--env: "${text}" is not KEY=VALUE`);
    return [name, value!] as const;
  });
  return Object.fromEntries(entries);
}

/** @throws Error unless the text is an integer of at least 1 */
export function readCount(option: string, text: string): number {
  if (!/^[1-9]\d{0,8}$/.test(text)) throw new Error(`${option}: "${text}" is not an integer of at least 1`);
  return Number(text);
}

function readNames<Name extends string>(option: string, text: string, known: readonly Name[]): Name[] {
  const words = text.split(',');
  const unknown = words.find((word) => !(known as readonly string[]).includes(word));
  if (unknown !== undefined) throw new Error(`${option}: "${unknown}" is not one of ${known.join(', ')}`);
  return known.filter((name) => words.includes(name));
}
