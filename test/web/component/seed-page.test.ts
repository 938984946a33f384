import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import t from 'tap';
import { startPlus } from '../../contracts/apptenticate/plus-client.js';
import { skipWithoutBrowser } from '../../contracts/dms/openid/browser.js';
import { selfie } from '../../fixtures/pictures.js';
import { form } from '../../helper.js';
import { allowFakeCamera, openCameraBrowser } from './camera-browser.js';
import { longVideo, oneFace } from './fake-video.js';

/**
 * The vendor's page code (page "Liveness Plus", version 3.0.1, sections "How to use the web capture library" and "Request
 * example"), to the letter but for the host.
 */
const vendorsCode = (host: string): string => `
const idliveFaceCapture = document.querySelector('idlive-face-capture');

idliveFaceCapture.addEventListener('capture', (event) => {
const { photo, encryptedFile } = event.detail[0];
sendEncryptedFileToServer(photo, encryptedFile)
});

const sendEncryptedFileToServer = (photo, encryptedFile) => {

const serverUrl = '${host}';

const formData = new FormData();
formData.append('selfie', photo,'selfie.jpeg' );
formData.append('encrypted_file', encryptedFile);
formData.append('return_id', true);
formData.append('citizen_id', '7-708-214');
formData.append('device', 'DESKTOP');

return fetch(\`\${serverUrl}/api/v3/biometrics/nationals/\`, {
method: "post",
headers: {
'Authorization': \`Bearer \${token}\`
},
body: formData
})
.then(response => response.json())
.then(result => console.log(result))
.catch(e => { console.error(e) })
.finally();
}
`;

t.test('the vendor’s page, on its own origin', { skip: skipWithoutBrowser }, async (t) => {
  const { server, triface, explain } = await startPlus(t);
  const token = await server.apiToken();
  const site = createServer((_request, response) => {
    response.setHeader('content-type', 'text/html; charset=utf-8');
    response.end(`<!doctype html><title>Page</title><idlive-face-capture></idlive-face-capture>
<script type="module">
import '${server.url}/triface/capture/idlive-face-capture.js';
const token = '${token}';
${vendorsCode(server.url)}
idliveFaceCapture.openCamera();
</script>`);
  }).listen(0, '127.0.0.1');
  t.teardown(() => {
    site.close();
    site.closeAllConnections();
  });
  const context = await openCameraBrowser(t, { scene: oneFace, motion: 'living', frames: longVideo });
  const origin = `http://127.0.0.1:${(site.address() as AddressInfo).port}`;
  /** what the page printed */
  const visit = async (): Promise<unknown> => {
    const page = await context.newPage();
    const printed = page.waitForEvent('console', {
      // the browser's own messages have no values; it also reports a 404 answer in this way
      predicate: (message) => ['log', 'error'].includes(message.type()) && message.args().length > 0,
    });
    await page.goto(origin);
    const value = await (await printed).args()[0]!.jsonValue();
    await page.close();
    return value;
  };

  t.match(await visit(), { error_code: 902 }, 'no person is registered yet');
  const registered = await fetch(`${server.url}/api/v3.2/biometrics/recognizer/persons/`, {
    method: 'POST',
    headers: { authorization: `Bearer ${await server.apiToken()}` },
    body: form({ citizen_id: '7-708-214', name: 'Ana', image: await selfie() }),
  });
  t.equal(registered.status, 201);
  t.match(await visit(), { valid: false, error_code: 715, id: Number }, 'a browser’s fake camera is detected');
  await triface('policy', 'set', server.user, ...allowFakeCamera);
  const passed = (await visit()) as { readonly id?: number };
  t.comment(`capture: ${JSON.stringify((await explain(passed.id)).capture)}`);
  t.match(passed, {
    valid: true,
    id: Number,
    result: true,
    result_text: 'Recognised face',
    name: 'Ana',
    citizen_id: '7-708-214',
  });
});
