import type { LivenessSample, PairSample } from './sample.js';
import { readBonaFide, readLabel, readRows, type TableOptions } from './table-rows.js';

const sameLabels = ['same', '1', 'true', 'genuine'];
const differentLabels = ['different', '0', 'false', 'impostor'];

/** Reads `path,label[,species[,source]]`. @throws EvaluationError naming the line */
export async function readLivenessTable(file: string, options: TableOptions = {}): Promise<LivenessSample[]> {
  const samples: LivenessSample[] = [];
  for await (const { cell, line } of readRows(file, options, ['path', 'label'], ['species', 'source'])) {
    const bonaFide = readBonaFide(cell('label'), line);
    const species = cell('species') || (bonaFide ? '' : 'attack');
    samples.push({ path: cell('path'), bonaFide, species, source: cell('source') });
  }
  return samples;
}

/** Reads `path_a,path_b,label`. @throws EvaluationError naming the line */
export async function readPairTable(file: string, options: TableOptions = {}): Promise<PairSample[]> {
  const samples: PairSample[] = [];
  for await (const { cell, line } of readRows(file, options, ['path_a', 'path_b', 'label'], [])) {
    const same = readLabel(cell('label'), sameLabels, differentLabels, line);
    samples.push({ pathA: cell('path_a'), pathB: cell('path_b'), same });
  }
  return samples;
}
