import { Component, CUSTOM_ELEMENTS_SCHEMA, signal } from '@angular/core';
import 'idlive-face-capture-web';
import type { CaptureEvent, DetectionEvent, ErrorEvent } from 'idlive-face-capture-web';
import { server } from './server';

@Component({
  selector: 'app-root',
  schemas: [CUSTOM_ELEMENTS_SCHEMA],
  template: `
    <main>
      <h1>Selfie with Angular</h1>
      <idlive-face-capture
        #element
        [attr.sdk_path]="sdkPath"
        (capture)="onCapture($event)"
        (detection)="onDetection($event)"
        (error)="onError($event)"
      ></idlive-face-capture>
      <button type="button" (click)="element.openCamera()">Take a selfie</button>
      <p>
        <output>{{ status() }}</output> Last hint: {{ hint() }}
      </p>
    </main>
  `,
})
export class App {
  readonly sdkPath = `${server}/triface/capture/`;
  readonly status = signal('No photo yet.');
  readonly hint = signal('none');

  onCapture(event: CaptureEvent): void {
    const { photo, encryptedFile } = event.detail[0];
    // Send `encryptedFile` to your own server, which calls Liveness Plus with its credentials.
    this.status.set(`Photo of ${photo.size} bytes, packet of ${encryptedFile?.size} bytes.`);
  }

  onDetection(event: DetectionEvent): void {
    this.hint.set(event.detail[0].errors[0] ?? 'none');
  }

  onError(event: ErrorEvent): void {
    this.status.set(event.detail[0].message);
  }
}
