import type { Engine } from '../../src/analysis/engine.js';
import { toLogit, toProbability } from '../../src/base/logit.js';
import { fuse } from '../../src/evaluation/learn-weights.js';

/**
 * Fuses scores as the engine does, without the cap by the rating of photographs. The weights are read from the text that names the models,
 * for example `shipped*1 a@1*0.3`.
 * @param scores of each model, 0..1
 */
export function fuseInUse({ livenessModels }: Pick<Engine, 'livenessModels'>, scores: Readonly<Record<string, number>>): number {
  const models = livenessModels.split(' ').map((part) => part.split('*'));
  const logits = models.map(([model]) => toLogit(scores[model!]!));
  return toProbability(
    fuse(
      logits,
      models.map(([, weight = '1']) => Number(weight)),
    ),
  );
}
