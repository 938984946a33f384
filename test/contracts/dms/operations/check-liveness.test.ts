import { test } from 'tap';
import { asAnimation, selfie } from '../../../fixtures/pictures.js';
import { startTestServer } from '../../../helper.js';
import { type Answer, threeClients } from '../../clients.js';
import { judgedPictures } from '../../judged-pictures.js';

const uuid = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/;
const time = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}\+00:00$/;
const states = ['eyeClosed', 'mouthOpened', 'boundaryFace', 'notFront', 'occluded', 'small', 'quality', 'luminance'];
/** every field of a face that is one number, both spellings, with its range */
const numbers: readonly [names: string[], least: number, greatest: number][] = [
  [['liveness'], 0, 1],
  [['yaw'], -45, 45],
  [['roll'], -45, 45],
  [['pitch'], -45, 45],
  [['face_quality', 'faceQuality'], 0, 1],
  [['face_luminance', 'faceLuminance'], 0, 255],
  [['eye_dist', 'eyeDist', 'eyeDistance'], 0, 1000],
  [['left_eye_closed', 'leftEyeClosed'], 0, 1],
  [['right_eye_closed', 'rightEyeClosed'], 0, 1],
  [['face_occlusion', 'faceOcclusion'], 0, 1],
  [['mouth_opened', 'mouthOpened'], 0, 1],
];
const faceFields = ['x1', 'y1', 'x2', 'y2', ...numbers.flatMap(([names]) => names), 'landmarks_68', 'landmarks68', 'landmark_68'];

test('check_liveness', async (t) => {
  const server = await startTestServer(t);
  const { dms } = await threeClients(server);
  const results = new Set<string>();
  const answers = new Map<string, Answer['json']>();

  for (const { name, make, result } of judgedPictures) {
    await t.test(name, async (t) => {
      const before = Date.now();
      const { status, json } = await dms(await make(), `ref ${name}`);
      results.add(json.result);
      answers.set(name, json);
      t.equal(status, 200);
      t.equal(json.result, result);
      for (const field of ['id', 'companyId', 'createdById', 'updatedById']) t.match(json[field], uuid, field);
      for (const field of ['createdDate', 'updatedDate']) {
        t.match(json[field], time, field);
        t.ok(Math.abs(Date.parse(json[field]) - before) < 60_000, `${field} is now`);
      }
      t.ok(json.elapsedTime >= 0 && json.elapsedTime < 60, `elapsedTime ${json.elapsedTime} s`);
      t.match(json, { channel: 'WEB', salesChannel: 'WEB', reference: `ref ${name}` });
      t.same(json.face_state, {
        is_not_front: json.notFront,
        is_occluded: json.occluded,
        eye_closed: json.eyeClosed,
        mouth_opened: json.mouthOpened,
        is_boundary_face: json.boundaryFace,
        is_small: json.small,
        quality: json.quality,
        luminance: json.luminance,
        result: json.result,
        liveness_score: json.livenessScore,
      });
      const isSingle = ['Real', 'Spoof'].includes(result);
      if (isSingle) {
        t.equal(json.faces.length, 1);
        t.equal(json.livenessScore, json.faces[0].liveness);
        // A face that cannot be judged is `Spoof` at any score, and of low quality.
        if (result === 'Real') t.ok(json.livenessScore > 0.7);
        else t.ok(json.livenessScore <= 0.7 || json.quality === 'Low');
        for (const state of states.slice(0, 6)) t.type(json[state], 'boolean', state);
        t.ok(['Low', 'Medium', 'High'].includes(json.quality), json.quality);
        t.ok(['Dark', 'Normal', 'Light'].includes(json.luminance), json.luminance);
      } else {
        for (const state of [...states, 'livenessScore']) t.equal(json[state], null, `${state} is null`);
      }
      if (result === 'No face' || result === 'Failed to open file') t.same(json.faces, []);
    });
  }
  t.same([...results].sort(), ['Failed to open file', 'Multiple face', 'No face', 'Real', 'Spoof']);

  await t.test('each face: every field, both spellings, in range', async (t) => {
    for (const { name, result } of judgedPictures) {
      if (result === 'No face' || result === 'Failed to open file') continue;
      const json = answers.get(name);
      t.ok(json.faces.length <= 10);
      if (result === 'Multiple face') t.ok(json.faces.length > 1, `${name}: ${json.faces.length} faces`);
      for (const face of json.faces) {
        t.same(Object.keys(face).sort(), [...faceFields].sort(), name);
        for (const [names, least, greatest] of numbers) {
          const value = face[names[0]!];
          t.ok(value >= least && value <= greatest, `${name}: ${names[0]} ${value}`);
          for (const spelling of names) t.equal(face[spelling], value, spelling);
        }
        for (const side of ['x1', 'y1', 'x2', 'y2']) t.ok(Number.isInteger(face[side]), side);
        t.ok(face.x1 < face.x2 && face.y1 < face.y2);
        t.equal(face.landmarks_68.length, 136);
        t.same(face.landmarks68, face.landmarks_68);
        t.same(
          face.landmark_68.flatMap(({ x, y }: { x: number; y: number }) => [x, y]),
          face.landmarks_68,
        );
      }
    }
  });

  await t.test('states describe the position of the face', async (t) => {
    const expected: Record<string, Record<string, unknown>> = {
      selfie: { occluded: false, small: false, eyeClosed: false, boundaryFace: false, quality: 'High', luminance: 'Normal' },
      masked: { occluded: true, small: false },
      'tiny face': { small: true, boundaryFace: false },
      profile: { notFront: true, quality: 'Low' },
      cropped: { boundaryFace: true },
      'close to the border': { boundaryFace: true },
      blurred: { quality: 'Low' },
      dark: { luminance: 'Dark' },
      overexposed: { luminance: 'Light' },
    };
    for (const [name, wanted] of Object.entries(expected)) {
      t.match(answers.get(name), wanted, name);
    }
    t.match((await dms(await asAnimation())).json, { result: 'Real' }, 'the first frame of an animation');
    t.match((await dms(await selfie('other'))).json, { notFront: true }, 'turned by more than 10°');
  });
});
