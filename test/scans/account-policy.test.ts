import t from 'tap';
import { presetNames, regularPolicy, resolvePolicy, thresholdNames } from '../../src/analysis/policy.js';
import { checkPolicyChoice, PolicyError, policyOf } from '../../src/scans/account-policy.js';

t.test('order: regular, the contract, the preset, the account', async (t) => {
  t.equal(regularPolicy.version, 'regular-3');
  t.match(policyOf(null, { liveness: 0.7 }), { version: 'regular-3+liveness=0.7', liveness: 0.7, yaw: regularPolicy.yaw });
  const hard = policyOf(JSON.stringify({ preset: 'hard', thresholds: {} }), { liveness: 0.7 });
  t.match(hard, { version: 'hard-3', liveness: 0.8 });
  t.match(policyOf(JSON.stringify({ preset: 'hard', thresholds: { liveness: 0.95, yaw: 15 } }), { liveness: 0.7 }), {
    version: 'hard-3+liveness=0.95+yaw=15',
    liveness: 0.95,
    yaw: 15,
  });
});

t.test('one account has a policy of its own under each contract', async (t) => {
  const own = JSON.stringify({ preset: 'regular', thresholds: { yaw: 20 } });
  for (const stored of [null, own])
    for (let repeated = 0; repeated < 2; repeated++) {
      t.equal(policyOf(stored, {}).liveness, regularPolicy.liveness);
      t.equal(policyOf(stored, { liveness: 0.7 }).liveness, 0.7);
      t.equal(policyOf(stored, { match: 0.3 }).match, 0.3);
      t.equal(policyOf(stored, {}).yaw, stored === null ? regularPolicy.yaw : 20);
    }
});

t.test('each preset is stricter, or more lenient, in everything it changes', async (t) => {
  t.same(presetNames, ['soft', 'regular', 'hard']);
  const [soft, , hard] = presetNames.map((preset) => resolvePolicy({ preset, thresholds: {} }));
  t.ok(soft!.liveness < regularPolicy.liveness && regularPolicy.liveness < hard!.liveness);
  for (const atMost of ['yaw', 'pitch', 'roll', 'occlusion', 'brightest'] as const) t.ok(soft![atMost] > hard![atMost], atMost);
  for (const atLeast of ['quality', 'eyeDistance', 'relativeHeight', 'relativeSize', 'darkest'] as const)
    t.ok(soft![atLeast] < hard![atLeast], atLeast);
});

t.test('every threshold of a preset can also be chosen', async (t) => {
  for (const preset of presetNames) {
    const policy = resolvePolicy({ preset, thresholds: {} });
    const thresholds = Object.fromEntries(thresholdNames.map((name) => [name, policy[name]]));
    t.equal(resolvePolicy(checkPolicyChoice({ preset, thresholds })).version, policy.version, preset);
  }
});

t.test('an invalid policy is refused and named', async (t) => {
  const wrong: [unknown, RegExp][] = [
    [{ preset: 'strict', thresholds: {} }, /preset must be one of .*hard/],
    [{ preset: 'hard', thresholds: { liveness: 1.5 } }, /liveness/],
    [{ preset: 'hard', thresholds: { yaw: 'a lot' } }, /yaw/],
    [{ preset: 'hard', thresholds: { colour: 1 } }, /thresholds\.colour does not exist .*liveness/],
    [{ preset: 'hard', thresholds: {}, capture: { weights: { colour: 1 } } }, /colour does not exist .*camera-label/],
    [{ preset: 'hard' }, /thresholds/],
  ];
  for (const [choice, message] of wrong) {
    t.throws(() => checkPolicyChoice(choice), PolicyError);
    t.throws(() => checkPolicyChoice(choice), message);
  }
  t.throws(() => policyOf('{"preset":"none","thresholds":{}}', {}), PolicyError);
});
