import { type Test, test } from 'tap';
import { enlarged, exifRotated, rotated, selfie } from '../../../fixtures/pictures.js';
import { form, startTestServer } from '../../../helper.js';
import { threeClients } from '../../clients.js';

type Point = { readonly x: number; readonly y: number };
const centre = (points: readonly Point[]): Point => ({
  x: points.reduce((sum, { x }) => sum + x, 0) / points.length,
  y: points.reduce((sum, { y }) => sum + y, 0) / points.length,
});

test('68 landmarks', async (t) => {
  const server = await startTestServer(t);
  const { dms } = await threeClients(server);
  const look = async (t: Test, picture: Buffer) => {
    const { json } = await dms(picture);
    t.equal(json.faces.length, 1);
    return { face: json.faces[0], points: json.faces[0].landmark_68 as Point[] };
  };
  const reference = await look(t, await selfie());

  await t.test('in the order of iBUG 300-W', async (t) => {
    for (const { points, face } of [reference, await look(t, await selfie('other'))]) {
      const part = (from: number, to: number) => points.slice(from, to + 1);
      const nose = centre(part(27, 35));
      const [rightEye, leftEye] = [centre(part(36, 41)), centre(part(42, 47))];
      t.ok(points[0]!.x < nose.x && nose.x < points[16]!.x, 'the ends of the jaw on both sides of the nose');
      t.equal(
        part(0, 16).reduce((low, point) => (point.y > low.y ? point : low)),
        part(6, 10).reduce((low, point) => (point.y > low.y ? point : low)),
        'the chin in the middle of the jaw',
      );
      t.ok(rightEye.x < leftEye.x, 'the right eye, as the subject has it, first');
      t.ok(centre(part(17, 21)).y < rightEye.y && centre(part(22, 26)).y < leftEye.y, 'brows above the eyes');
      t.ok(rightEye.y < points[30]!.y && leftEye.y < points[30]!.y, 'the tip of the nose below the eyes');
      t.ok(points[27]!.y < points[30]!.y && points[30]!.y < points[33]!.y, 'the nose from top to bottom');
      t.ok(points[31]!.x < points[35]!.x, 'nostrils from left to right');
      t.ok(points[48]!.x < points[54]!.x && points[60]!.x < points[64]!.x, 'corners of the mouth');
      t.ok(points[51]!.y < points[57]!.y && points[33]!.y < points[51]!.y, 'the mouth below the nose');
      t.ok(points[57]!.y < points[8]!.y, 'the chin below the mouth');
      for (const { x, y } of part(17, 67)) t.ok(x > face.x1 - 20 && x < face.x2 + 20 && y > face.y1 - 20 && y < face.y2 + 20);
      const eyeDistance = Math.hypot(leftEye.x - rightEye.x, leftEye.y - rightEye.y);
      t.ok(Math.abs(eyeDistance - face.eye_dist) < 1, 'eye_dist is the distance of the eyes');
    }
  });

  /** @returns the greatest distance of two corresponding points, in parts of the face's width */
  const farthest = (points: readonly Point[], scale = 1): number =>
    Math.max(...points.map(({ x, y }, i) => Math.hypot(x / scale - reference.points[i]!.x, y / scale - reference.points[i]!.y))) /
    (reference.face.x2 - reference.face.x1);

  await t.test('in pixels of the picture as sent, at any size', async (t) => {
    for (const width of [1438, 2400, 3600]) {
      const { points, face } = await look(t, await enlarged(width));
      const scale = width / 719;
      const off = farthest(points, scale);
      t.ok(off < 0.02, `${width} px: at most ${off.toFixed(3)} of the face's width apart`);
      for (const { x, y } of points) t.ok(x >= 0 && x <= width && y >= 0 && y <= (width * 4) / 3 + 2);
      t.ok(Math.abs(face.eye_dist / scale - reference.face.eye_dist) < 0.05 * reference.face.eye_dist, 'eye_dist, too');
      t.ok(
        Math.abs(face.x1 / scale - reference.face.x1) < 20 && Math.abs(face.y2 / scale - reference.face.y2) < 20,
        'and the box',
      );
    }
  });

  await t.test('of the upright picture: EXIF 1 to 8', async (t) => {
    for (let orientation = 1; orientation <= 8; orientation++) {
      const off = farthest((await look(t, await exifRotated(orientation))).points);
      t.ok(off < 0.02, `orientation ${orientation}: at most ${off.toFixed(4)} of the face's width apart`);
    }
  });

  await t.test('roll has a direction: clockwise and anticlockwise differ in sign', async (t) => {
    const clockwise = (await look(t, await rotated(20))).face.roll;
    const anticlockwise = (await look(t, await rotated(-20))).face.roll;
    t.ok(Math.abs(clockwise - 20) < 8 && Math.abs(anticlockwise + 20) < 8, `${clockwise}° and ${anticlockwise}°`);
  });
});

test('a picture on its side without EXIF: coordinates are those of the picture as sent', async (t) => {
  const server = await startTestServer(t);
  const headers = { authorization: `Bearer ${await server.bearerToken()}` };
  const check = async (picture: Buffer) =>
    (await (
      await fetch(`${server.url}/v1/check_liveness`, {
        method: 'POST',
        headers,
        body: form({ channel: 'WEB', reference: 'turned', file: picture }),
      })
    ).json()) as {
      result: string;
      faces: { x1: number; y1: number; eyeDistance: number; landmark_68: { x: number; y: number }[] }[];
    };
  const upright = (await check(await selfie())).faces[0]!;
  const turned = await check(await rotated(90));
  t.equal(turned.result, 'Real');
  // A quarter turn clockwise takes (x, y) of a picture 960 high to (960 − y, x).
  for (const i of [0, 16, 30, 36, 45, 48, 54]) {
    const [p, q] = [turned.faces[0]!.landmark_68[i]!, upright.landmark_68[i]!];
    t.ok(Math.hypot(p.x - (960 - q.y), p.y - q.x) < 0.05 * upright.eyeDistance, `landmark ${i}`);
  }
});
