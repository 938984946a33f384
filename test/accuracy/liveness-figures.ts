/** A labelled picture in which a face was found. */
export interface Scored {
  readonly live: boolean;
  /** logit per model, and the fused one as the server reports it */
  readonly logits: Readonly<Record<string, number>>;
}

/** How well scores separate bona fide presentations from attacks. */
export interface Figures {
  readonly auc: number;
  readonly eer: number;
  readonly bpcer: number;
  readonly apcer: number;
  /** with at most 5 % of the attacks accepted */
  readonly bpcerAtApcer5: number;
}

/** @param threshold logit from which on a face counts as live */
const count = (values: readonly number[], threshold: number): number =>
  values.filter((v) => v >= threshold).length / values.length;

/** @param models whose logits are added */
export function measureFigures(scored: readonly Scored[], models: readonly string[]): Figures {
  const score = ({ logits }: Scored): number => models.reduce((sum, model) => sum + logits[model]!, 0);
  const live = scored.filter((one) => one.live).map(score);
  const attack = scored.filter((one) => !one.live).map(score);
  const wins = live.reduce((sum, l) => sum + attack.reduce((n, a) => n + (l > a ? 1 : l === a ? 0.5 : 0), 0), 0);
  const points = [...new Set([...live, ...attack, Number.POSITIVE_INFINITY])].map((threshold) => ({
    bpcer: 1 - count(live, threshold),
    apcer: count(attack, threshold),
  }));
  const gap = ({ bpcer, apcer }: { bpcer: number; apcer: number }): number => Math.abs(bpcer - apcer);
  const equal = points.reduce((best, point) => (gap(point) < gap(best) ? point : best));
  return {
    auc: wins / (live.length * attack.length),
    eer: (equal.bpcer + equal.apcer) / 2,
    bpcer: 1 - count(live, 0),
    apcer: count(attack, 0),
    bpcerAtApcer5: Math.min(...points.filter(({ apcer }) => apcer <= 0.05).map(({ bpcer }) => bpcer)),
  };
}

const percent = (rate: number): string => `${(rate * 100).toFixed(1)} %`;
/** One line for a test's output. */
export const describeFigures = (name: string, f: Figures): string =>
  `${name.padEnd(34)} AUC ${f.auc.toFixed(3)}  EER ${percent(f.eer)}  at 0.5 ${percent(f.bpcer)} / ${percent(f.apcer)}  BPCER@APCER5 ${percent(f.bpcerAtApcer5)}`;
