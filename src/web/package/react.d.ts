// Types of the element in JSX: "types": ["idlive-face-capture-web/react"] in tsconfig.json, or `import type {} from` it.
import type { ClassAttributes, HTMLAttributes } from 'react';
import type { CaptureAttributes, CaptureEvents, HTMLIdLiveFaceCaptureElement } from './index.js';

/** Listeners, which React 19 adds. Not `beforeCapture`: React takes a name that ends so for one of the capture phase. */
type Listeners = {
  [Name in Exclude<keyof CaptureEvents, 'beforeCapture'> as `on${Name}`]?: ((event: CaptureEvents[Name]) => unknown) | undefined;
};

declare module 'react' {
  namespace JSX {
    interface IntrinsicElements {
      'idlive-face-capture': ClassAttributes<HTMLIdLiveFaceCaptureElement> &
        HTMLAttributes<HTMLIdLiveFaceCaptureElement> &
        CaptureAttributes &
        Listeners;
    }
  }
}
