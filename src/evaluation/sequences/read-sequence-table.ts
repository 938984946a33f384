import { EvaluationError } from '../sample.js';
import { type Row, readBonaFide, readRows, type TableOptions } from '../table-rows.js';
import { chooseFrames } from './choose-frames.js';
import type { SequenceFrame, SequenceSample } from './sequence-sample.js';

/** A row of the table. */
interface FrameRow extends SequenceFrame {
  readonly frame: number;
  readonly line: string;
}

/** What all rows of a sequence must agree in, and the first row's line. */
interface Shared {
  readonly bonaFide: boolean;
  readonly kind: string;
  readonly source: string;
  readonly client: string;
  readonly line: string;
}

const required = ['path', 'sequence', 'frame', 'milliseconds', 'label', 'kind'];
const optional = ['source', 'client'];
const agreeing = ['bonaFide', 'kind', 'source', 'client'] as const;

/**
 * Reads `path,sequence,frame,milliseconds,label,kind[,source][,client]`, one row per frame, in any order. Frames are ordered by
 * their number, and their times must increase. Only frames that will be analysed are kept (see `chooseFrames`).
 * @returns one sample per sequence, in the order in which the table names them first
 * @throws EvaluationError naming the line
 */
export async function readSequenceTable(file: string, options: TableOptions = {}): Promise<SequenceSample[]> {
  const sequences = new Map<string, { shared: Shared; rows: Map<number, FrameRow> }>();
  for await (const row of readRows(file, options, required, optional)) {
    const name = row.cell('sequence');
    if (name === '')
      throw new EvaluationError(`${row.line}: the row has no sequence; name the sequence that its frame belongs to`);
    const shared = readShared(row);
    const known = sequences.get(name);
    if (known) demandAgreement(name, known.shared, shared);
    const { rows } = known ?? { rows: new Map<number, FrameRow>() };
    if (!known) sequences.set(name, { shared, rows });
    addFrame(name, rows, readFrame(row));
  }
  return [...sequences].map(([sequence, { shared, rows }]) => {
    const frames = orderFrames(sequence, [...rows.values()]);
    const { bonaFide, kind, source, client } = shared;
    const chosen = chooseFrames(frames);
    const { path } = chosen.at(-1)!;
    return { path, bonaFide, species: kind, source, sequence, client, frames: chosen, given: frames.length };
  });
}

function readShared({ cell, line }: Row): Shared {
  const bonaFide = readBonaFide(cell('label'), line);
  const kind = cell('kind') || (bonaFide ? '' : 'attack');
  return { bonaFide, kind, source: cell('source'), client: cell('client'), line };
}

function demandAgreement(name: string, first: Shared, other: Shared): void {
  const differing = agreeing.find((property) => first[property] !== other[property]);
  if (differing === undefined) return;
  const what = differing === 'bonaFide' ? 'label' : differing;
  throw new EvaluationError(
    `${other.line}: sequence ${name} has another ${what} than in ${shortLine(first.line)}; all rows of a sequence must have the same ${what}`,
  );
}

function readFrame({ cell, line }: Row): FrameRow {
  const path = cell('path');
  if (path === '') throw new EvaluationError(`${line}: the row has no path`);
  return {
    path,
    frame: readNumber(cell('frame'), 'frame', line),
    at: readNumber(cell('milliseconds'), 'milliseconds', line),
    line,
  };
}

function readNumber(text: string, column: string, line: string): number {
  const value = Number(text);
  if (text === '' || !Number.isFinite(value)) throw new EvaluationError(`${line}: ${column} “${text}” is not a number`);
  return value;
}

function addFrame(name: string, rows: Map<number, FrameRow>, row: FrameRow): void {
  const same = rows.get(row.frame);
  if (same)
    throw new EvaluationError(
      `${row.line}: sequence ${name} has frame ${row.frame} already in ${shortLine(same.line)}; list each frame once`,
    );
  rows.set(row.frame, row);
}

function orderFrames(name: string, rows: readonly FrameRow[]): SequenceFrame[] {
  const ordered = rows.toSorted((a, b) => a.frame - b.frame);
  for (const [i, row] of ordered.entries()) {
    const before = ordered[i - 1];
    if (before && row.at <= before.at)
      throw new EvaluationError(
        `${row.line}: frame ${row.frame} of sequence ${name} is at ${row.at} ms, not later than frame ${before.frame} at ${before.at} ms (${shortLine(before.line)})`,
      );
  }
  return ordered.map(({ path, at }) => ({ path, at }));
}

/** The line without its file, which the message has named. */
const shortLine = (line: string): string => line.slice(line.lastIndexOf('line '));
