import type { BrowserContext } from 'playwright-core';
import type { Test } from 'tap';
import { startTestServer } from '../../helper.js';
import { type CapturePage, openCameraBrowser, openCapturePage, publishKey } from './camera-browser.js';

type PageOptions = NonNullable<Parameters<typeof openCapturePage>[2]>;

/** A server, and a browser whose pages draw their camera. */
export interface DrawnPages {
  readonly context: BrowserContext;
  readonly server: Awaited<ReturnType<typeof startTestServer>>;
  readonly keys: Awaited<ReturnType<typeof publishKey>>;
  /**
   * Opens a page whose element waits for its button, and has no detector: what these tests ask for needs none.
   * @param options as of `openCapturePage`
   */
  open(options?: PageOptions): Promise<CapturePage>;
}

/** Starts them, closed with the test. */
export async function startDrawnPages(t: Test): Promise<DrawnPages> {
  const server = await startTestServer(t);
  const context = await openCameraBrowser(t, {});
  const keys = await publishKey(context);
  await context.route('**/*.onnx', (route) => route.abort());
  const body = '<idlive-face-capture auto_capture_disabled></idlive-face-capture>';
  return {
    context,
    server,
    keys,
    open: (options = {}) =>
      openCapturePage(context, server.url, { camera: {}, body, script: 'element.openCamera();', ...options }),
  };
}

/** Expression of the element's video on a page. */
export const video = "element.shadowRoot.querySelector('video')";
