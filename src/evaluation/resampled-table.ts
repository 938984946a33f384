import { type ScoreTable, tabulateScores } from './error-curve.js';

/**
 * Prepares the score table of some presentations for a bootstrap: the scores are sorted once, and each resample is only counted.
 * @param scoreOf score by presentation
 * @param wanted indices of the bona fide presentations
 * @param unwanted indices of the attacks
 * @returns computes the table of a resample from how often each presentation was drawn. Each call overwrites the result of the last
 */
export function prepareTable(
  scoreOf: (presentation: number) => number,
  wanted: readonly number[],
  unwanted: readonly number[],
): (drawn: Uint32Array) => ScoreTable {
  const { scores } = tabulateScores(wanted.map(scoreOf), unwanted.map(scoreOf));
  const place = new Map(Array.from(scores, (score, position) => [score, position]));
  const prepare = (members: readonly number[]) => {
    const places = Uint32Array.from(members, (i) => place.get(scoreOf(i))!);
    const counts = new Uint32Array(scores.length);
    return (drawn: Uint32Array): Uint32Array => {
      counts.fill(0);
      for (let n = 0; n < members.length; n++) counts[places[n]!]! += drawn[members[n]!]!;
      return counts;
    };
  };
  const [count, countUnwanted] = [prepare(wanted), prepare(unwanted)];
  return (drawn) => ({ scores, wanted: count(drawn), unwanted: countUnwanted(drawn) });
}
