import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'tap';
import { parse } from 'yaml';
import { findInstallation } from '../../src/base/installation.js';
import { selfie } from '../fixtures/pictures.js';
import { form, startTestServer } from '../helper.js';
import { ask, post, threeClients } from './clients.js';
import { addScans, dmsScan, openScanServer } from './dms/scan-server.js';

/** The fields that the vendors type as float. */
const floats = new RegExp(
  `"(${[
    ...['score', 'quality', 'liveness', 'probability', 'passiveLivenessScore', 'livenessScore', 'liveness_score', 'elapsedTime'],
    ...['yaw', 'roll', 'pitch', 'face_quality', 'faceQuality', 'face_luminance', 'faceLuminance', 'x', 'y'],
    ...['eye_dist', 'eyeDist', 'eyeDistance', 'left_eye_closed', 'leftEyeClosed', 'right_eye_closed', 'rightEyeClosed'],
    ...['face_occlusion', 'faceOcclusion', 'mouth_opened', 'compare_similarity', 'threshold', 'value'],
  ].join('|')})":(-?\\d[^,}\\]]*)`,
  'g',
);
const integers = /"(x1|y1|x2|y2|id|status|size|number|totalElements|totalPages|pageNumber|error_code|revision)":(-?\d[^,}\]]*)/g;

/** The numbers of these fields in an answer, as written. */
const numbersOf = (text: string, fields: RegExp): string[] => [...text.matchAll(fields)].map(([, , number]) => number!);

test('floats have a fraction in the answers of all contracts, integers none', async (t) => {
  const server = await startTestServer(t);
  const clients = await threeClients(server);
  const picture = await selfie();
  const basic = { authorization: server.basic };
  const bearer = { authorization: `Bearer ${await server.bearerToken()}` };
  const checked = await clients.dms(picture);
  const files = { channel: 'WEB', reference: 'r', file1: picture, file2: picture };
  const answers = {
    A: await clients.apptenticate(picture, { details: 'true', return_id: 'true' }),
    B: await clients.faceLiveness(picture),
    C: checked,
    'C, compared': await post(`${server.url}/face-recognition-sdk/v1/compare_face`, form(files), bearer),
    'C, list': await ask(`${server.url}/v1/face-liveness`, { headers: bearer }),
    explanation: await ask(`${server.url}/triface/v1/scans/${checked.json.id}/explanation`, { headers: basic }),
  };
  for (const [name, { status, text }] of Object.entries(answers)) {
    t.equal(status, 200, name);
    const found = numbersOf(text, floats);
    t.ok(found.length > 0, `${name} has floats`);
    for (const number of found) if (!/^-?\d+\.\d+(e[+-]?\d+)?$/.test(number)) t.fail(`${name}: ${number}`);
    for (const number of numbersOf(text, integers)) if (!/^-?\d+$/.test(number)) t.fail(`${name}: ${number}`);
  }
  const flat = /"landmarks_68":\[([^\]]+)\]/.exec(checked.text)![1]!.split(',');
  t.equal(flat.length, 136);
  t.same(
    flat.filter((number) => !/^-?\d+\.\d+$/.test(number)),
    [],
  );
  t.match(answers['C, compared'].text, '"compare_similarity":1.0', 'a picture and itself');
});

test('whole numbers of a stored scan, also in the exports', async (t) => {
  const { store, addClient } = await openScanServer(t);
  const ana = await addClient('ana', 'One');
  const [id] = await addScans(store, [dmsScan(ana, { elapsedTime: 2, livenessScore: 1 })]);
  const read = async (path: string) => (await ana.raw(path)).text();
  for (const path of [`/v1/face-liveness/${id}`, '/v1/face-liveness', '/v1/face-liveness/export?format=ndjson'])
    t.match(await read(path), /"elapsedTime":2\.0,.*"livenessScore":1\.0,/, path);
  t.match(await read('/v1/face-liveness/export'), /,2\.0,.*,1\.0,/);
});

/** The types of the numbers in a part of openapi.yaml, by the name of the field. */
function collectNumbers(part: unknown, found = new Map<string, Set<string>>()): Map<string, Set<string>> {
  if (typeof part !== 'object' || part === null) return found;
  const { properties = {} } = part as { properties?: Record<string, { type?: unknown; anyOf?: { type?: unknown }[] }> };
  for (const [name, schema] of Object.entries(properties))
    for (const { type } of [schema, ...(schema.anyOf ?? [])])
      if (type === 'number' || type === 'integer') found.set(name, (found.get(name) ?? new Set()).add(type));
  for (const child of Object.values(part)) collectNumbers(child, found);
  return found;
}

test('a field that is a float in one answer is one in all', async (t) => {
  const document: unknown = parse(readFileSync(join(findInstallation(), 'openapi.yaml'), 'utf8'));
  const numbers = collectNumbers(document);
  t.ok(numbers.size > 40, `${numbers.size} fields`);
  for (const [name, types] of numbers) t.equal(types.size, 1, `${name}: ${[...types].join(' and ')}`);
});
