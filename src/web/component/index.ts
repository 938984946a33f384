import { IdliveFaceCapture as ElementClass } from './element.js';
import type * as api from './public-api.js';

export type * from './public-api.js';

/** The class, as the package's types have it: with the events' types, which a class cannot give the method that it inherits. */
export const IdliveFaceCapture: typeof api.IdliveFaceCapture = ElementClass as never;

// A page may load the module twice, by two bundles; and a server renders pages without having elements.
if (globalThis.customElements && !customElements.get('idlive-face-capture'))
  customElements.define('idlive-face-capture', ElementClass);
