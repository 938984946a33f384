import { createHash } from 'node:crypto';
import type { Language } from '../../../platform/choose-language.js';
import { faultTexts } from './fault-texts.js';
import type { Fault } from './faults.js';
import { texts } from './language.js';

/** A page, with its headers. */
export interface Page {
  readonly html: string;
  readonly headers: Readonly<Record<string, string>>;
}

/** Content of the login page. */
export interface LoginPage {
  readonly language: Language;
  /** as the user typed it, or as the application suggested it */
  readonly username: string;
  /** what was wrong with the last attempt */
  readonly fault?: string | undefined;
  readonly clientId: string;
  /** where the application receives the result */
  readonly redirectUri: string;
}

/**
 * By WCAG's formula, text has a contrast of at least 6.5:1 and field borders 4.8:1 in both themes. No picture, font or script is
 * loaded.
 */
const STYLE = `
:root{color-scheme:light dark;--back:#f3f4f6;--card:#fff;--text:#1b1f24;--line:#6b7280;--accent:#1a56b0;--on:#fff;--bad:#a4161a;--badback:#fdecec}
@media (prefers-color-scheme:dark){:root{--back:#14171c;--card:#1f242c;--text:#eceff4;--line:#98a2b3;--accent:#8ab4ff;--on:#10203a;--bad:#ffb4b4;--badback:#3a1d20}}
*{box-sizing:border-box}
body{margin:0;min-height:100vh;display:grid;place-items:center;padding:1rem;background:var(--back);color:var(--text);font:1rem/1.5 system-ui,sans-serif}
main{width:100%;max-width:24rem;padding:2rem;background:var(--card);border-radius:.75rem;box-shadow:0 1px 8px rgb(0 0 0/.15)}
h1{margin:0 0 1.25rem;font-size:1.4rem;line-height:1.3}
label{display:block;margin:1rem 0 .25rem;font-weight:600}
input{width:100%;min-height:2.75rem;padding:.5rem .75rem;font:inherit;color:inherit;background:transparent;border:1px solid var(--line);border-radius:.4rem}
input[aria-invalid=true]{border:2px solid var(--bad)}
button{width:100%;min-height:2.75rem;margin-top:1.5rem;font:inherit;font-weight:600;color:var(--on);background:var(--accent);border:1px solid var(--accent);border-radius:.4rem;cursor:pointer}
button.second{margin-top:.75rem;color:var(--text);background:transparent;border-color:var(--line)}
:focus-visible{outline:3px solid var(--accent);outline-offset:2px}
a{color:var(--accent)}
code{overflow-wrap:anywhere}
.support{margin:1.5rem 0 0;font-size:.875rem}
[role=alert]{margin:0;padding:.75rem;color:var(--bad);background:var(--badback);border-left:4px solid var(--bad);border-radius:.25rem}
`;
const STYLE_HASH = createHash('sha256').update(STYLE).digest('base64');

/** Longest redirect URI that is sent along for the page of an expired login: a form with a long password must not become too long. */
const MAX_HIDDEN = 500;

/** The login form. Works without scripts. */
export function renderLogin({ language, username, fault, clientId, redirectUri }: LoginPage): Page {
  const t = texts[language];
  const wrong = fault === undefined ? '' : ' aria-invalid="true" aria-describedby="fault"';
  const hidden = Object.entries({ client_id: clientId, redirect_uri: redirectUri })
    .map(([name, value]) => `<input type="hidden" name="${name}" value="${escapeHtml(value)}">\n`)
    .join('');
  // Put the cursor where typing continues: in the password if the username is filled in.
  const focus = (name: 'username' | 'password') => ((username === '') === (name === 'username') ? ' autofocus' : '');
  return page(
    language,
    fault === undefined ? t.title : `${t.error}: ${t.title}`,
    `<h1>${t.heading}</h1>
${fault === undefined ? '' : `<p role="alert" id="fault">${escapeHtml(fault)}</p>\n`}<form method="post">
<label for="username">${t.username}</label>
<input id="username" name="username" type="text" value="${escapeHtml(username)}" autocomplete="username" autocapitalize="none" spellcheck="false" maxlength="300" required${wrong}${focus('username')}>
<label for="password">${t.password}</label>
<input id="password" name="password" type="password" autocomplete="current-password" maxlength="2048" required${wrong}${focus('password')}>
${redirectUri.length > MAX_HIDDEN ? '' : hidden}<button type="submit">${t.submit}</button>
</form>`,
  );
}

/** Leads to the login at once, without a script. @param address relative to the page */
export function renderProceed(language: Language, address: string): Page {
  const t = texts[language];
  const to = escapeHtml(address);
  const head = `<meta http-equiv="refresh" content="0;url=${to}">`;
  return page(language, t.title, `<h1>${t.heading}</h1>\n<p><a href="${to}">${t.proceed}</a></p>`, head);
}

/** A page for a login or logout that cannot continue: what went wrong, what to do, and what support needs to know. */
export function renderFault(language: Language, fault: Fault): Page {
  const t = texts[language];
  const { title, what, advice } = faultTexts[language][fault.kind];
  const heading = t.faultTitles[fault.isLogout && title === 'login' ? 'logout' : title];
  const value = fault.value ? `\n<p><code>${escapeHtml(fault.value)}</code></p>` : '';
  const after = (text: string) => (text.endsWith(':') ? value : '');
  const back = fault.backTo === undefined ? '' : `\n<p><a href="${escapeHtml(fault.backTo)}" rel="noreferrer">${t.back}</a></p>`;
  const retry = fault.canRetry ? `\n<p><a href="">${t.retry}</a></p>` : '';
  const support = [
    [t.faultCode, fault.code],
    [t.requestId, fault.requestId],
  ].flatMap(([label, text]) => (text ? [`${label}: <code>${escapeHtml(text)}</code>`] : []));
  return page(
    language,
    heading,
    `<h1>${heading}</h1>
<p role="alert">${withoutEnd(what, value)}</p>${after(what)}
<p>${withoutEnd(advice, value)}</p>${after(advice)}${back}${retry}
<p class="support">${support.join('<br>')}</p>`,
  );
}

/** A text without the value that its colon announces ends in a full stop instead. */
const withoutEnd = (text: string, value: string): string => (value === '' ? text.replace(/:$/, '.') : text);

/** Asks whether to sign out. @param form with id `op.logoutForm` */
export function renderLogout(language: Language, form: string): Page {
  const t = texts[language];
  return page(
    language,
    t.logoutTitle,
    `<h1>${t.logout}</h1>
${form}
<button type="submit" form="op.logoutForm" name="logout" value="yes" autofocus>${t.logoutYes}</button>
<button type="submit" form="op.logoutForm" class="second">${t.logoutNo}</button>`,
  );
}

/** The end of a logout without a redirect. */
export const renderLoggedOut = (language: Language): Page =>
  page(
    language,
    texts[language].loggedOutTitle,
    `<h1>${texts[language].loggedOutTitle}</h1>\n<p>${texts[language].loggedOut}</p>`,
  );

/**
 * The policy of the page allows nothing but its own style. It does not restrict `form-action`: browsers apply that also to the
 * redirects after a form, which lead to the application and to wherever that sends the user next.
 */
function page(language: Language, title: string, body: string, head = ''): Page {
  return {
    html: `<!doctype html>
<html lang="${language}">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>${title} – Triface</title>
<style>${STYLE}</style>${head && `\n${head}`}
</head>
<body>
<main>
${body}
</main>
</body>
</html>
`,
    headers: {
      'content-type': 'text/html; charset=utf-8',
      'content-language': language,
      vary: 'accept-language',
      'cache-control': 'no-store',
      'referrer-policy': 'no-referrer',
      'x-frame-options': 'DENY',
      'content-security-policy': `default-src 'none'; style-src 'sha256-${STYLE_HASH}'; base-uri 'none'; frame-ancestors 'none'`,
    },
  };
}

function escapeHtml(text: string): string {
  return text.replace(/[&<>"']/g, (sign) => `&#${sign.charCodeAt(0)};`);
}
