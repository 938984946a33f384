import type { Assessment } from './assessment.js';
import type { PictureCommand } from './picture-command.js';

/** What a client sends of a face: a picture, or a sealed capture packet, with or without the packet's photo as a plain file. */
export type SentFace =
  | {
      /** the uploaded file; its buffer is transferred */
      readonly picture: Uint8Array;
    }
  | {
      /** the uploaded packet, still sealed */
      readonly packet: Uint8Array;
      /** a picture sent next to the packet. It is not judged, but must be identical to the packet's photo */
      readonly selfie?: Uint8Array;
    };

/** A face to judge, and how to judge it. */
export interface FaceAssessmentCommand extends Omit<PictureCommand, 'bytes' | 'sequence'> {
  readonly sent: SentFace;
}

/** A judged and stored face. */
export interface FaceAssessment extends Assessment {
  /** the JPEG that the packet contained; undefined for a plain picture and for a packet that could not be opened */
  readonly photo: Uint8Array | undefined;
}

/**
 * Judges faces in whichever form a client sends them. Implemented by `src/capture`; the gallery depends on this interface only.
 */
export interface FaceAssessor {
  /**
   * Judges a face and stores the scan.
   * @throws BusyError, WorkerFailedError: nothing was stored, and a packet may be sent again
   */
  assess(command: FaceAssessmentCommand): Promise<FaceAssessment>;
}
