/** A feature of browsers without which no photo can be taken. */
export type Feature = 'dialog' | 'getUserMedia' | 'ResizeObserver' | 'toBlob' | 'crypto.subtle' | 'styleSheets';

/**
 * The missing features, checked before anything is built. WebAssembly, requestVideoFrameCallback and speech are not among them:
 * the component works without. Cameras and cryptography are checked on secure pages only: others do not have them in any browser,
 * and get a fault of their own.
 * @param root shadow root that style sheets are tried in
 */
export function missingFeatures(root: ShadowRoot): Feature[] {
  const has: Record<Feature, boolean> = {
    dialog: typeof globalThis.HTMLDialogElement?.prototype.showModal === 'function',
    getUserMedia: !isSecureContext || typeof navigator.mediaDevices?.getUserMedia === 'function',
    ResizeObserver: typeof ResizeObserver === 'function',
    toBlob: typeof HTMLCanvasElement.prototype.toBlob === 'function',
    'crypto.subtle': !isSecureContext || crypto.subtle !== undefined,
    styleSheets: addStyles(root, ''),
  };
  return (Object.keys(has) as Feature[]).filter((feature) => !has[feature]);
}

/**
 * Adds a style sheet to a shadow root: a constructed one, or in browsers without (Safari before 16.4) a style element, which the
 * page's content security policy may forbid.
 * @returns whether the styles apply
 */
export function addStyles(root: ShadowRoot, css: string): boolean {
  if ('adoptedStyleSheets' in root && 'replaceSync' in CSSStyleSheet.prototype) {
    const sheet = new CSSStyleSheet();
    sheet.replaceSync(css);
    root.adoptedStyleSheets = [sheet];
    return true;
  }
  const element = document.createElement('style');
  element.textContent = css;
  root.append(element);
  return element.sheet !== null;
}
