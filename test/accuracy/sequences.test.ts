import t from 'tap';
import { startMeasuringEngine } from '../measuring-engine.js';
import { hasLabelledSequences, labelledSequences, observeSequences, reportHeldOut } from './held-out-motion.js';

t.test(
  'sequences of other clients: motion halves the errors of a single picture',
  { skip: hasLabelledSequences() ? false : `${labelledSequences} does not exist: motion was not measured` },
  async (t) => {
    const engine = await startMeasuringEngine(2);
    t.teardown(() => engine.close());
    const observed = await observeSequences(engine);
    const { all, species, bonaFide, presentations } = reportHeldOut(observed, observed, engine.livenessModels);
    t.equal(presentations.clients, 30);
    const eer = { picture: all.picture.equalError!.value, sequence: all.sequence.equalError!.value };
    // docs/accuracy.md: 16.0 and 8.3 %
    t.ok(eer.picture > 0.13 && eer.picture < 0.19, `last frame alone: EER ${eer.picture}`);
    t.ok(eer.sequence < 0.11, `sequence: EER ${eer.sequence}`);
    t.ok(all.difference.equalError!.high < 0, 'the difference is beyond chance');
    t.ok(bonaFide.motion.statements.value! > 0.85, `statements on ${bonaFide.motion.statements.value} of the bona fide`);
    for (const row of species.filter((one) => /photo/.test(one.species))) {
      const area = row.motion.areas.residual!.value;
      t.ok(area > 0.75, `${row.species}: AUC of the motion alone ${area}`);
    }
  },
);
