/**
 * Everything that can be wrong with a picture, in order of precedence: a contract that shows one error shows the first that holds.
 * First what keeps anything from being measured, then what makes the measures doubtful (the frame before the face), the attack last:
 * whether a face is alive is only a fair question once it can be seen.
 */
export const findings = [
  /** the bytes are no picture that is accepted, or end early */
  'image-unreadable',
  /** more bytes or pixels than allowed */
  'image-too-large',
  /** decoding or analysis did not end in time */
  'processing-failed',
  'face-not-found',
  'too-many-faces',
  /** the face reaches out of the picture */
  'face-cropped',
  /** the face fills the picture */
  'face-too-close',
  'face-close-to-border',
  /** too few pixels between the eyes, or too small a part of the picture */
  'face-too-small',
  /** the two landmark models disagree on where eyes, nose and mouth are */
  'landmarks-unreliable',
  /** turned too far out of the plane, or in it */
  'face-angle',
  /** mask, dark glasses, patch */
  'face-occluded',
  /** too dark or overexposed to judge */
  'conditions-not-met',
  /** blurred, without contrast, hardly detected */
  'quality-low',
  /** presentation attack: the liveness score is below the threshold */
  'attack',
] as const;

/** One thing that is wrong with a picture. Closed: every contract must say how it shows each (checked by the compiler). */
export type Finding = (typeof findings)[number];
