import { compactDecrypt, exportJWK, exportSPKI, generateKeyPair } from 'jose';
import t from 'tap';
import { type PacketHeader, splitContainer } from '../../../src/capture/packet/layout.js';
import { skipWithoutBrowser } from '../../contracts/dms/openid/browser.js';
import { until } from './camera-browser.js';
import { startDrawnPages } from './drawn-page.js';

t.test('a device whose clock is five hours off', { skip: skipWithoutBrowser }, async (t) => {
  const { context, keys, open } = await startDrawnPages(t);
  const own = await generateKeyPair('ECDH-ES', { crv: 'P-256', extractable: true });
  const jwk = JSON.stringify({ ...(await exportJWK(own.publicKey)), kid: 'own' });
  const pem = await exportSPKI(own.publicKey);
  const base64 = pem.replace(/-----[^-]+-----|\n/g, '');
  const bytes = `Uint8Array.from(atob('${base64}'), (sign) => sign.charCodeAt(0))`;
  for (const [form, key] of [
    ["the server's key", undefined],
    ['JWK', jwk],
    ['JWK as text', JSON.stringify(jwk)],
    ['JWKS', `{ keys: [${jwk}] }`],
    ['PEM', JSON.stringify(pem)],
    ['DER', bytes],
    ['DER as a Blob', `new Blob([${bytes}])`],
    ['CryptoKey', `await crypto.subtle.importKey('jwk', ${jwk}, { name: 'ECDH', namedCurve: 'P-256' }, true, [])`],
  ] as const)
    t.test(form, async (t) => {
      const sign = form.length % 2 === 0 ? '+' : '-';
      const { page, captured } = await open({
        before: `const now = Date.now; Date.now = () => now() ${sign} 5 * 3600e3;`,
        script: `${key === undefined ? '' : `element.setEncryptionKey(${key});`} element.openCamera();`,
      });
      await until(page, "seen.includes('open')");
      await page.evaluate('void element.takePhoto()');
      const { encryptedFile } = await captured();
      const { plaintext } = await compactDecrypt(encryptedFile!, key === undefined ? keys.privateKey : own.privateKey);
      const { createdAt } = JSON.parse(new TextDecoder().decode(splitContainer(plaintext).header)) as PacketHeader;
      t.ok(Math.abs(Date.now() - createdAt) < 60_000, `${(Date.now() - createdAt) / 1000} s old`);
      await page.close();
    });

  t.test('without any response, the device’s own time', async (t) => {
    await context.route('**/triface/capture/', (route) => route.abort());
    await context.route('**/triface/v1/capture/keys', (route) => route.abort());
    const { page, captured } = await open({ script: `element.setEncryptionKey(${jwk}); element.openCamera();` });
    await until(page, "seen.includes('open')");
    await page.evaluate('void element.takePhoto()');
    t.ok((await captured()).encryptedFile, 'the photo is taken all the same');
    await page.close();
  });
});
