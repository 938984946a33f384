import { randomBytes } from 'node:crypto';
import { test } from 'tap';
import { PictureUrls } from '../../../src/contracts/apptenticate/picture-urls.js';
import type { Caller } from '../../../src/identity/caller.js';
import { selfie } from '../../fixtures/pictures.js';
import { ask } from '../clients.js';
import { startRecognizer } from './recognizer.js';

test('signatures: another replica accepts them, nobody else makes them, and they expire', async (t) => {
  const secret = randomBytes(64);
  const caller = { accountId: 'account', credentialVersion: 3 } as Caller;
  const sign = (urls: PictureUrls) => urls.query(caller, 'picture').replace('?signature=', '');
  const replica = new PictureUrls(secret, 60);
  const signature = sign(new PictureUrls(secret, 3600));
  t.same(replica.verify(signature), { picture: 'picture', accountId: 'account', credentialVersion: 3 });
  for (let at = 0; at < signature.length; at++) {
    const changed = signature.slice(0, at) + (signature[at] === 'A' ? 'Q' : 'A') + signature.slice(at + 1);
    if (replica.verify(changed)) t.fail(`changed at ${at}`);
  }
  for (const forged of ['', '.', 'a.b', `${signature.split('.')[0]}.`, `${signature}A`])
    t.equal(replica.verify(forged), undefined, forged);
  t.equal(new PictureUrls(randomBytes(64), 60).verify(signature), undefined, 'of another installation');
  t.equal(replica.verify(sign(new PictureUrls(secret, -1))), undefined, 'expired');
  t.equal(new PictureUrls(secret, 0).verify(signature), undefined, 'switched off');
  t.equal(new PictureUrls(secret, 0).query(caller, 'picture'), '');
});

test('a picture that a page can show by its URL', async (t) => {
  const { server, create, send, addAccount } = await startRecognizer(t, { TRIFACE_PICTURE_URL_SECONDS: '3600' });
  const picture = await selfie();
  const { json: person } = await create({ citizen_id: '1', name: 'Ana', image: picture });
  const { json: other } = await create({ citizen_id: '2', name: 'Eva', image: await selfie('other') });
  t.match(person.image, /\/image\/\?signature=[\w-]+\.[\w-]+$/);
  const shown = await fetch(person.image);
  t.equal(shown.status, 200);
  t.same(Buffer.from(await shown.arrayBuffer()), picture);
  t.match(shown.headers.get('cache-control'), /private/);
  t.equal(shown.headers.get('cross-origin-resource-policy'), 'cross-origin');
  t.equal((await fetch(person.image, { method: 'HEAD' })).status, 200);

  const [url, signature] = person.image.split('?');
  t.equal((await ask(url)).status, 401, 'without the signature');
  t.equal((await ask(`${url}?signature=${'A'.repeat(40)}.x`)).status, 403);
  t.equal((await ask(`${url}?${signature}A`)).status, 403);
  t.equal((await ask(`${other.image.split('?')[0]}?${signature}`)).status, 404, 'for another picture');
  t.equal((await ask(url.replace('/image/', `/?${signature}`))).status, 401, 'for anything but the picture');
  t.equal((await ask(person.image, { headers: { authorization: 'Bearer x' } })).status, 401, 'a token counts more');

  await addAccount({ username: 'writer', company: 'another', rights: ['persons:write'] });
  const { json: written } = await create({ citizen_id: '3', name: 'Eve', image: picture }, { as: 'writer' });
  t.notMatch(JSON.stringify(written), 'signature', 'not for callers who may not read persons');

  const path = `/api/v3.2/biometrics/recognizer/persons/${person.id}/`;
  await send('PATCH', path, { form: { image: await selfie('other') } });
  t.equal((await ask(person.image)).status, 404, 'after the picture was replaced');
  const { json: current } = await send('GET', path);
  t.equal((await ask(current.image)).status, 200);
  const { json: listed } = await send('GET', '/api/v3.2/biometrics/recognizer/persons/?search=Ana');
  t.equal((await ask(listed.results[0].image)).status, 200, 'lists sign, too');
  await send('DELETE', path);
  t.equal((await ask(current.image)).status, 404, 'after erasure');
  t.equal(server.url, new URL(person.image).origin);
});
