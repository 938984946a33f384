import t from 'tap';
import { startTestServer } from '../helper.js';
import { hasLabelledPictures, type LabelledPicture, listLabelledPictures, readLabelledPicture } from './labelled-pictures.js';

interface Scored extends LabelledPicture {
  /** contract B's score; 0 where it answered an error: such a picture is not accepted */
  readonly score: number;
  readonly error: string | undefined;
}

/** Probability that a live picture scores above an attack; ties count half. */
function areaUnderCurve(live: readonly number[], attack: readonly number[]): number {
  const wins = live.reduce((sum, l) => sum + attack.reduce((n, a) => n + (l > a ? 1 : l === a ? 0.5 : 0), 0), 0);
  return wins / (live.length * attack.length);
}

t.test(
  'labelled pictures through contract B',
  { skip: hasLabelledPictures() ? false : '../shared/eval is not there: accuracy was not measured' },
  async (t) => {
    const server = await startTestServer(t, { WORKERS: '2', TRIFACE_QUEUE_LIMIT: '1000', TRIFACE_DEADLINE_MS: '60000' });
    const score = async (picture: LabelledPicture): Promise<Scored> => {
      const response = await fetch(`${server.url}/api/v1/face/liveness`, {
        method: 'POST',
        headers: { authorization: server.basic, 'content-type': 'application/json' },
        body: JSON.stringify({ faceImageBase: readLabelledPicture(picture).toString('base64') }),
      });
      const answer = (await response.json()) as { score?: number; error?: string };
      t.equal(response.status, 200);
      return { ...picture, score: answer.score ?? 0, error: answer.error };
    };
    const pictures = listLabelledPictures('A_antispoof').filter(({ kind }) => !/tightcrop|synthetic/.test(kind));
    const scored: Scored[] = [];
    for (let i = 0; i < pictures.length; i += 4) scored.push(...(await Promise.all(pictures.slice(i, i + 4).map(score))));

    const live = scored.filter(({ label }) => label === 'live');
    const attack = scored.filter(({ label }) => label === 'attack');
    t.ok(live.length >= 100 && attack.length >= 100, `${live.length} bona fide, ${attack.length} attacks`);
    const auc = areaUnderCurve(
      live.map(({ score }) => score),
      attack.map(({ score }) => score),
    );
    const rejected = live.filter(({ score }) => score < 0.5);
    const accepted = attack.filter(({ score }) => score >= 0.5);
    const bpcer = rejected.length / live.length;
    const apcer = accepted.length / attack.length;
    t.comment(
      `AUC ${auc.toFixed(4)}; at 0.5 BPCER ${(bpcer * 100).toFixed(1)} % (${rejected.length}/${live.length}), APCER ${(apcer * 100).toFixed(1)} % (${accepted.length}/${attack.length})`,
    );
    for (const { kind, score, error } of rejected) t.comment(`  bona fide rejected: ${kind} ${error ?? score}`);
    for (const { kind, score } of accepted) t.comment(`  attack accepted: ${kind} ${score}`);
    t.ok(auc >= 0.975, `AUC ${auc}`);
    t.ok(bpcer <= 0.05, `BPCER ${bpcer}`);
    t.ok(apcer <= 0.11, `APCER ${apcer}`);
  },
);
