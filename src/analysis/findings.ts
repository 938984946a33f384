/**
 * Everything that can be wrong with a picture, in order of precedence: a contract that shows one error shows the first that holds.
 * First what keeps anything from being measured; then what makes the other measures doubtful (cut off, too small, too dark, turned away,
 * covered); then where the camera stands, and sharpness; the attack last: whether a face is alive is only a fair
 * question once it can be seen.
 */
export const findings = [
  /** the capture packet around the picture is replayed, stale, tampered with or not from a camera: nothing in it is to be believed */
  'injection',
  /** the bytes are no picture that is accepted, or end early */
  'image-unreadable',
  /** more bytes or pixels than allowed */
  'image-too-large',
  /** decoding or analysis did not end in time */
  'processing-failed',
  /** no face was found, and none could be: the whole picture is too dark, too bright or without any detail */
  'scene-not-visible',
  'face-not-found',
  'too-many-faces',
  /** the face reaches out of the picture */
  'face-cropped',
  /** too few pixels between the eyes, or too small a part of the picture */
  'face-too-small',
  /** the face is too dark or overexposed to judge anything else on it */
  'conditions-not-met',
  /** turned too far out of the plane, or in it */
  'face-angle',
  /** mask, dark glasses, patch */
  'face-occluded',
  /** the face fills the picture */
  'face-too-close',
  'face-close-to-border',
  /** the two landmark models disagree on where eyes, nose and mouth are */
  'landmarks-unreliable',
  /** blurred, without contrast, hardly detected */
  'quality-low',
  /** presentation attack: the liveness score is below the threshold */
  'attack',
] as const;

/** One thing that is wrong with a picture. Closed: every contract must say how it shows each (checked by the compiler). */
export type Finding = (typeof findings)[number];
