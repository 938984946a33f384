import 'idlive-face-capture-web';
import type { CaptureEvent, DetectionEvent, ErrorEvent, HTMLIdLiveFaceCaptureElement } from 'idlive-face-capture-web';
import { useRef, useState } from 'react';
import { server } from './server';

export function App() {
  const element = useRef<HTMLIdLiveFaceCaptureElement>(null);
  const [status, setStatus] = useState('No photo yet.');
  const [hint, setHint] = useState('');

  // React 19 adds listeners for `on` and the name of the event. It takes `onbeforeCapture` for a listener of `before`, so that
  // event, and every event in React 18, needs element.current.addEventListener() in an effect.
  return (
    <main>
      <h1>Selfie with React</h1>
      <idlive-face-capture
        ref={element}
        sdk_path={`${server}/triface/capture/`}
        ondetection={(event: DetectionEvent) => setHint(event.detail[0].errors[0] ?? 'none')}
        oncapture={(event: CaptureEvent) => {
          const { photo, encryptedFile } = event.detail[0];
          // Send `encryptedFile` to your own server, which calls Liveness Plus with its credentials.
          setStatus(`Photo of ${photo.size} bytes, packet of ${encryptedFile?.size} bytes.`);
        }}
        onerror={(event: ErrorEvent) => setStatus(event.detail[0].message)}
      />
      <button type="button" onClick={() => element.current?.openCamera()}>
        Take a selfie
      </button>
      <p>
        <output>{status}</output> Last hint: {hint || 'none'}
      </p>
    </main>
  );
}
