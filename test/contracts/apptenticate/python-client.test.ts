import { execFile, spawnSync } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { test } from 'tap';
import { replay, selfie } from '../../fixtures/pictures.js';
import { startTestServer, temporaryDirectory } from '../../helper.js';

const hasRequests = spawnSync('python3', ['-c', 'import requests']).status === 0;

/** The client of the vendor's page, completed: token by form, then the picture as `files=[(name, (filename, file, type))]`. */
const client = `
import json, requests, sys
base, username, password, live, attacked = sys.argv[1:]
token = json.loads(requests.post(base + '/api/token/', data={'username': username, 'password': password}).content)['access']
header = {'Authorization': 'Bearer {}'.format(token)}
results = []
for path in (live, attacked):
    data = {'details': True, 'return_id': True, 'device': 'DESKTOP'}
    files = [('selfie', ('unknow.jpeg', open(path, 'rb'), 'image/jpeg'))]
    response = requests.post(base + '/api/v3/biometrics/liveness/', data=data, files=files, headers=header)
    results.append([response.status_code, json.loads(response.content)])
print(json.dumps(results))
`;

test('the vendor’s Python client', { skip: hasRequests ? false : 'python3 with requests is not on this machine' }, async (t) => {
  const server = await startTestServer(t);
  const directory = temporaryDirectory(t);
  const files = [join(directory, 'live.jpg'), join(directory, 'attacked.jpg')];
  writeFileSync(files[0]!, await selfie());
  writeFileSync(files[1]!, await replay());
  const args = ['-c', client, server.url, server.user, server.password, ...files];
  const { stdout } = await promisify(execFile)('python3', args, { env: { ...process.env, NO_PROXY: '*' } });
  const [live, attacked] = JSON.parse(stdout);
  t.match(live, [200, { valid: true, api_response: { liveness: Number }, id: Number }]);
  t.match(attacked, [200, { valid: false, error_code: 715, error_details: { api_response: { liveness: Number } }, id: Number }]);
});
