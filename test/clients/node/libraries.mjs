import axios from 'axios';
import FormData from 'form-data';
import { request } from 'undici';

/**
 * One request, independent of the library that makes it.
 * @typedef {{ headers?: object, form?: object, fields?: object, files?: Record<string, [Buffer, string | undefined]>, json?: unknown,
 *   basic?: [string, string] }} Body
 */

const authorize = ([user, password]) => ({ authorization: `Basic ${Buffer.from(`${user}:${password}`).toString('base64')}` });

/** A form of the platform, which gives each file a name. */
function platformForm({ fields = {}, files }) {
  const form = new globalThis.FormData();
  for (const [name, value] of Object.entries(fields)) form.set(name, value);
  for (const [name, [bytes, filename]] of Object.entries(files)) form.set(name, new Blob([bytes]), filename ?? 'blob');
  return form;
}

/** A form of the package form-data, where bytes without a name have none. */
function packageForm({ fields = {}, files }) {
  const form = new FormData();
  for (const [name, value] of Object.entries(fields)) form.append(name, value);
  for (const [name, [bytes, filename]] of Object.entries(files)) form.append(name, bytes, filename && { filename });
  return form;
}

/** @param {Body} body */
function platformBody({ form, files, json, fields }) {
  if (files) return platformForm({ fields, files });
  if (form) return new URLSearchParams(form);
  return json === undefined ? undefined : JSON.stringify(json);
}

const platformHeaders = ({ headers, json, basic }) => ({
  ...(json === undefined ? {} : { 'content-type': 'application/json' }),
  ...(basic ? authorize(basic) : {}),
  ...headers,
});

/** @type {Record<string, (method: string, url: string, body: Body) => Promise<[number, string]>>} */
export const libraries = {
  async fetch(method, url, body) {
    const answer = await fetch(url, { method, headers: platformHeaders(body), body: platformBody(body) });
    return [answer.status, await answer.text()];
  },

  async undici(method, url, body) {
    const form = body.form && new URLSearchParams(body.form).toString();
    const type = form ? { 'content-type': 'application/x-www-form-urlencoded' } : {};
    const options = { method, headers: { ...type, ...platformHeaders(body) } };
    const stream = body.files && packageForm(body);
    if (stream) Object.assign(options.headers, stream.getHeaders());
    const answer = await request(url, { ...options, body: stream ?? form ?? platformBody(body) });
    return [answer.statusCode, await answer.body.text()];
  },

  async axios(method, url, { headers, form, files, fields, json, basic }) {
    const data = files ? packageForm({ fields, files }) : form ? new URLSearchParams(form) : json;
    const auth = basic && { username: basic[0], password: basic[1] };
    const options = { method, url, headers, data, auth, responseType: 'text', transformResponse: (text) => text };
    const answer = await axios.request({ ...options, validateStatus: () => true });
    return [answer.status, answer.data];
  },
};
