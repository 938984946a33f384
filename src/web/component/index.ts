import { IdliveFaceCapture as ElementClass } from './element.js';
import type * as api from './public-api.js';

export type * from './public-api.js';

/** The element's class with its public type, which includes the types of its events. */
export const IdliveFaceCapture: typeof api.IdliveFaceCapture = ElementClass as never;

// A page may load the module twice, in two bundles, and a server that renders pages has no custom elements.
if (globalThis.customElements && !customElements.get('idlive-face-capture'))
  customElements.define('idlive-face-capture', ElementClass);
