// @ts-expect-error served next to this script; its types are those of src/web/component/public-api.ts
import './idlive-face-capture.js';
import type { IdliveFaceCaptureElement } from '../component/public-api.js';
import { pageTexts } from './page-texts.js';

const find = <E extends Element>(selector: string): E => document.querySelector<E>(selector)!;
const wish = new URLSearchParams(location.search).get('lang') ?? navigator.language;
const language = /^es\b/i.test(wish) ? 'es' : 'en';
const t = pageTexts[language];
const tokenField = find<HTMLInputElement>('#token');
/** Contract A's API. Relative, since a proxy may serve it below another path. */
const api = new URL('../../api/', location.href);

document.documentElement.lang = language;
document.title = `Triface: ${t.heading}`;
for (const element of document.querySelectorAll<HTMLElement>('[data-text]'))
  element.textContent = t[element.dataset.text as keyof typeof t];
for (const element of document.querySelectorAll<HTMLElement>('[data-label]'))
  element.setAttribute('aria-label', t[element.dataset.label as keyof typeof t]);
find('#photo').setAttribute('aria-label', t.photo);
for (const link of document.querySelectorAll(`nav [lang=${language}]`)) link.setAttribute('aria-current', 'true');

find<HTMLFormElement>('#sign-in').addEventListener('submit', async (event) => {
  event.preventDefault();
  const form = event.currentTarget as HTMLFormElement;
  const status = find<HTMLElement>('#sign-in-status');
  try {
    const fields = new URLSearchParams([...new FormData(form)].map(([name, value]) => [name, String(value)]));
    const answer = await fetch(new URL('token/', api), { method: 'POST', body: fields });
    if (!answer.ok) return tell(status, answer.status === 429 ? t.throttled : t.wrong, false);
    tokenField.value = ((await answer.json()) as { access: string }).access;
    form.reset();
    tell(status, t.signedIn, true);
  } catch {
    tell(status, t.noServer, false);
  }
});

const capture = find<IdliveFaceCaptureElement>('idlive-face-capture');
capture.addEventListener('capture', (event) => {
  const [result] = event.detail;
  void send(result.photo, result.encryptedFile!);
});

/** Sends the packet, as pages written for the vendor's element do, and shows the response. */
async function send(photo: Blob, encryptedFile: Blob): Promise<void> {
  const outcome = find<HTMLElement>('#outcome');
  find('#answer').toggleAttribute('hidden', true);
  await showPhoto(photo);
  const token = tokenField.value.trim();
  if (token === '') return tell(outcome, t.notSignedIn, false);
  tell(outcome, t.sending);
  const form = new FormData();
  form.append('encrypted_file', encryptedFile);
  form.append('details', 'true');
  form.append('return_id', 'true');
  try {
    const answer = await fetch(new URL('v3/biometrics/liveness/', api), {
      method: 'POST',
      headers: { authorization: `Bearer ${token}` },
      body: form,
    });
    const json = (await answer.json()) as { valid?: boolean; message?: string };
    const shown = find<HTMLElement>('#answer');
    shown.textContent = JSON.stringify(json, null, 2);
    shown.hidden = false;
    if (answer.status === 401) tell(outcome, t.expired, false);
    else tell(outcome, json.valid === true ? t.valid : `${t.invalid} ${json.message ?? ''}`, json.valid === true);
  } catch {
    tell(outcome, t.noServer, false);
  }
}

/** Shows the photo on a canvas, since the page's content security policy does not allow blob images. */
async function showPhoto(photo: Blob): Promise<void> {
  const canvas = find<HTMLCanvasElement>('#photo');
  const picture = await createImageBitmap(photo);
  canvas.width = picture.width;
  canvas.height = picture.height;
  canvas.getContext('2d')!.drawImage(picture, 0, 0);
  canvas.hidden = false;
}

/** Shows a message. @param isGood undefined if it is neutral */
function tell(element: HTMLElement, text: string, isGood?: boolean): void {
  element.textContent = text;
  element.className = isGood === undefined ? '' : isGood ? 'good' : 'bad';
}
