import { test } from 'tap';
import { paths, postJson, threeClients } from '../contracts/clients.js';
import { selfie } from '../fixtures/pictures.js';
import { form, startTestServer } from '../helper.js';

test('no answer with personal data may be kept by a browser or a proxy', async (t) => {
  const server = await startTestServer(t);
  const { apptenticate, dms } = await threeClients(server);
  const picture = await selfie();
  const api = { authorization: `Bearer ${await server.apiToken()}` };
  const bearer = { authorization: `Bearer ${await server.bearerToken()}` };
  const persons = `${server.url}/api/v3.2/biometrics/recognizer/persons/`;
  const created = await fetch(persons, {
    method: 'POST',
    headers: api,
    body: form({ citizen_id: '1', name: 'Ana', image: picture }),
  });
  const person = (await created.clone().json()) as { id: number };
  const judged = await dms(picture);
  const scan = `${server.url}/v1/face-liveness/${judged.json.id}`;
  const get = (url: string, headers: Record<string, string>, method = 'GET') => fetch(url, { headers, method });
  const answers: Record<string, { headers: Headers; status: number }> = {
    'contract A, liveness': await apptenticate(picture),
    'contract A, person created': created,
    'contract A, persons': await get(persons, api),
    'contract A, person': await get(`${persons}${person.id}/`, api),
    'contract A, picture': await get(`${persons}${person.id}/image/`, api),
    'contract A, HEAD of the picture': await get(`${persons}${person.id}/image/`, api, 'HEAD'),
    'contract B': await postJson(
      server.url + paths.faceLiveness,
      { faceImageBase: picture.toString('base64') },
      { authorization: server.basic },
    ),
    'contract C, check': judged,
    'contract C, scan': await get(scan, bearer),
    'contract C, list': await get(`${server.url}/v1/face-liveness`, bearer),
    'contract C, export': await get(`${server.url}/v1/face-liveness/export`, bearer),
    userinfo: await get(`${server.url}/realms/triface/protocol/openid-connect/userinfo`, bearer),
    identify: await postJson(`${server.url}/v1/identify`, { image: picture.toString('base64') }, { authorization: server.basic }),
    'an error': await get(scan, {}),
    'no such path': await get(`${server.url}/nothing`, bearer),
  };
  for (const [name, { headers }] of Object.entries(answers)) t.match(headers.get('cache-control'), /no-store/, name);
  const component = await get(`${server.url}/triface/capture/idlive-face-capture.js`, {});
  t.equal(component.headers.get('cache-control'), 'no-cache', 'the capture component may be kept, and is checked for changes');
});
