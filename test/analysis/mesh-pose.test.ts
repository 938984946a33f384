import t from 'tap';
import { angleLimitsOf, isPoseSettled, poseOfMesh } from '../../src/analysis/mesh-pose.js';
import { presetNames, resolvePolicy, strictestAngles } from '../../src/analysis/policy.js';
import type { FaceMesh } from '../../src/inference/models/face-mesh.js';

/** A mesh with the four points that the pose depends on, turned about the vertical axis, then about the horizontal one, then rolled. */
function meshOf(yaw: number, pitch: number, roll = 0, scale = 1): FaceMesh {
  const places: Record<number, readonly [number, number, number]> = {
    33: [-45, 0, 0],
    263: [45, 0, 0],
    10: [0, -70, 0],
    152: [0, 80, 0],
  };
  const [a, b, c] = [yaw, pitch, roll].map((degrees) => (degrees * Math.PI) / 180) as [number, number, number];
  const points = Array.from({ length: 468 }, () => ({ x: 0, y: 0 }));
  const depths = new Array<number>(468).fill(0);
  for (const [index, [x, y, z]] of Object.entries(places)) {
    const [x1, z1] = [x * Math.cos(a) - z * Math.sin(a), x * Math.sin(a) + z * Math.cos(a)];
    const [y2, z2] = [y * Math.cos(b) - z1 * Math.sin(b), y * Math.sin(b) + z1 * Math.cos(b)];
    const [x3, y3] = [x1 * Math.cos(c) - y2 * Math.sin(c), x1 * Math.sin(c) + y2 * Math.cos(c)];
    points[Number(index)] = { x: 300 + scale * x3, y: 200 + scale * y3 };
    depths[Number(index)] = 50 + scale * z2;
  }
  return { points, depths, faceLogit: 25 };
}

t.test('the pose follows the turn of the mesh, at any size and roll', async (t) => {
  const level = poseOfMesh(meshOf(0, 0), 0);
  for (const roll of [0, 20, -75, 160]) {
    for (const scale of [0.2, 1, 6]) {
      for (const degrees of [-25, -10, 5, 20]) {
        const turned = poseOfMesh(meshOf(degrees, 0, roll, scale), roll);
        t.ok(Math.abs(turned.yaw - level.yaw + 0.98 * degrees) < 0.01, `yaw by ${degrees}°, rolled by ${roll}°`);
        t.equal(turned.roll, roll);
        const nodded = poseOfMesh(meshOf(0, degrees, roll, scale), roll);
        t.ok(Math.abs(nodded.pitch - level.pitch + 0.67 * degrees) < 0.01, `pitch by ${degrees}°`);
      }
    }
  }
});

t.test('a pose is settled where the mesh is sure and no limit is near', async (t) => {
  const sure = meshOf(0, 0);
  const at = (yaw: number, pitch: number) => ({ yaw, pitch, roll: 0 });
  t.equal(isPoseSettled(sure, at(0, 0), 0.05), true);
  t.equal(isPoseSettled({ ...sure, faceLogit: 12 }, at(0, 0), 0.05), false, 'an unsure mesh');
  t.equal(isPoseSettled(sure, at(0, 0), 0.2), false, 'landmark models that disagree');
  for (const sign of [-1, 1]) {
    t.equal(isPoseSettled(sure, at(sign * 16, 0), 0.05), true);
    t.equal(isPoseSettled(sure, at(sign * 18, 0), 0.05), false);
    t.equal(isPoseSettled(sure, at(0, sign * 13), 0.05), true);
    t.equal(isPoseSettled(sure, at(0, sign * 15), 0.05), false);
    t.equal(isPoseSettled(sure, at(sign * 90, 0), 0.05), false, 'far beyond every limit');
  }
});

t.test('limits of an account and of a contract count, too', async (t) => {
  const sure = meshOf(0, 0);
  const at = (yaw: number, pitch: number) => ({ yaw, pitch, roll: 0 });
  const strict = angleLimitsOf([{ yaw: 12, pitch: 15 }]);
  t.equal(isPoseSettled(sure, at(0, 0), 0.05, strict), true);
  t.equal(isPoseSettled(sure, at(9, 0), 0.05, strict), false);
  t.equal(isPoseSettled(sure, at(0, 10), 0.05, strict), false);
  const contract = angleLimitsOf([resolvePolicy()], 10);
  for (const angle of [7, 10, -13]) {
    t.equal(isPoseSettled(sure, at(angle, 0), 0.05, contract), false, `yaw ${angle}°`);
    t.equal(isPoseSettled(sure, at(0, angle), 0.05, contract), false, `pitch ${angle}°`);
  }
  for (const angle of [5, -5, 15]) t.equal(isPoseSettled(sure, at(angle, 0), 0.05, contract), true, `yaw ${angle}°`);
});

t.test('limits that the presets cover make no difference', async (t) => {
  const policies = presetNames.map((preset) => resolvePolicy({ preset, thresholds: {} }));
  t.same(angleLimitsOf(policies), { yaw: [], pitch: [] });
  t.same(angleLimitsOf([...policies, { yaw: 60, pitch: 12 }, { yaw: 18, pitch: 12 }], 10), { yaw: [10, 18], pitch: [10, 12] });
});

t.test('the strictest angles are those of the presets', async (t) => {
  const policies = presetNames.map((preset) => resolvePolicy({ preset, thresholds: {} }));
  t.equal(strictestAngles.yaw, Math.min(...policies.map(({ yaw }) => yaw)));
  t.equal(strictestAngles.pitch, Math.min(...policies.map(({ pitch }) => pitch)));
});
