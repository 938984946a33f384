import { Ajv2020 } from 'ajv/dist/2020.js';
import { test } from 'tap';
import { selfie } from '../../fixtures/pictures.js';
import { form } from '../../helper.js';
import { addScans, dmsScan, openScanServer } from './scan-server.js';

// As the vendor's page types them: written from the page, not derived from the server's own schemas.
const uuids = ['id', 'companyId', 'createdById', 'updatedById'];
const texts = ['salesChannel', 'luminance', 'quality', 'result', 'createdDate', 'updatedDate'];
const doubles = ['elapsedTime', 'livenessScore'];
const booleans = ['eyeClosed', 'mouthOpened', 'boundaryFace', 'notFront', 'occluded', 'small'];
const types = (names: readonly string[], ...type: string[]) => Object.fromEntries(names.map((name) => [name, { type }]));
const entity = {
  ...types([...uuids, ...texts], 'string', 'null'),
  ...types(doubles, 'number', 'null'),
  ...types(booleans, 'boolean', 'null'),
};
const face = {
  ...types(['x1', 'y1', 'x2', 'y2'], 'integer'),
  ...types(['liveness', 'yaw', 'roll', 'pitch', 'face_quality', 'face_luminance', 'eye_dist'], 'number'),
  ...types(['left_eye_closed', 'right_eye_closed', 'face_occlusion', 'mouth_opened'], 'number'),
  landmarks_68: { type: 'array', items: { type: 'number' }, minItems: 136, maxItems: 136 },
};
/** A model that refuses unknown fields, and has them all. */
const strict = (properties: object) => ({
  type: 'object',
  properties,
  required: Object.keys(properties),
  additionalProperties: false,
});
const ajv = new Ajv2020({ strict: false, allErrors: true });
const validateStored = ajv.compile(strict(entity));
const validateChecked = ajv.compile(strict({ ...entity, faces: { type: 'array', items: strict(face) } }));
const pageFields = [
  ...[
    'content',
    'pageable',
    'last',
    'totalPages',
    'totalElements',
    'numberOfElements',
    'first',
    'number',
    'size',
    'sort',
    'empty',
  ],
];

test('TRIFACE_DMS_FIELDS=documented: strict models of the page’s fields read every answer', async (t) => {
  const { store, addClient } = await openScanServer(t, { TRIFACE_DMS_FIELDS: 'documented' });
  const ana = await addClient('ana', 'One');
  const writer = await addClient('writer', 'One', ['scans:write']);
  const check = async () =>
    ana.raw('/face-liveness-sdk/v1/check_liveness', {
      method: 'POST',
      body: form({ channel: 'WEB', reference: 'contract 7', file: await selfie() }),
    });
  const posted = (await (await check()).json()) as { id: string; faces: unknown[] };
  t.ok(validateChecked(posted), ajv.errorsText(validateChecked.errors));
  t.equal(posted.faces.length, 1);
  const path = `/v1/face-liveness/${posted.id}`;
  const read = (await ana.get(path)).body;
  t.ok(validateStored(read), ajv.errorsText(validateStored.errors));
  const put = (await ana.put(path, { ...read, result: 'Spoof' })).body;
  t.ok(validateStored(put), ajv.errorsText(validateStored.errors));
  t.same({ ...put, updatedDate: '' }, { ...read, result: 'Spoof', updatedDate: '' }, 'nothing else was changed');
  await addScans(store, [dmsScan(ana)]);
  const list = (await ana.get('/v1/face-liveness')).body;
  t.same(Object.keys(list).sort(), [...pageFields].sort());
  t.equal(list.content.length, 2);
  for (const scan of list.content) t.ok(validateStored(scan), ajv.errorsText(validateStored.errors));
  t.equal((await ana.get('/v1/face-liveness?reference=contract%207')).body.totalElements, 1, 'still found by its reference');
  const receipt = (await writer.put(path, { quality: 'Low', reference: 'x', salesChannel: 'WEB' })).body;
  t.same(Object.keys(receipt).sort(), ['companyId', 'id', 'quality', 'salesChannel', 'updatedById', 'updatedDate']);
});

test('by default these models miss exactly the named fields', async (t) => {
  const { store, addClient } = await openScanServer(t);
  const ana = await addClient('ana', 'One');
  const [id] = await addScans(store, [dmsScan(ana)]);
  const { body } = await ana.get(`/v1/face-liveness/${id}`);
  const unknown = Object.keys(body).filter((name) => !(name in entity));
  t.same(unknown.sort(), ['channel', 'created', 'face_state', 'faces', 'reference']);
  const others = Object.keys((await ana.get('/v1/face-liveness')).body).filter((name) => !pageFields.includes(name));
  t.same(others, ['page']);
});
