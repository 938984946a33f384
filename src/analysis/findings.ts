/**
 * All possible findings, in order of precedence: a contract that shows one error shows the first finding that applies. First come
 * findings that prevent any measurement; then those that make other measurements unreliable (cropped, too small, too dark, turned
 * away, covered); then the position of the camera, and sharpness. The attack comes last, since liveness can be judged only if the
 * face is clearly visible; where it cannot, `not-judgeable` takes its place.
 */
export const findings = [
  /** the capture packet is replayed, stale, tampered with or not from a camera: nothing in it can be trusted */
  'injection',
  /** the camera stalled while the capture packet was recorded: too little is known of the capture, and nothing speaks of a forgery */
  'capture-failed',
  /** the bytes are not a picture in an accepted format, or are truncated */
  'image-unreadable',
  /** the picture has more bytes or pixels than allowed */
  'image-too-large',
  /** decoding or analysis failed or timed out */
  'processing-failed',
  /** no face was found, and the whole picture is too dark, too bright or without detail */
  'scene-not-visible',
  'face-not-found',
  'too-many-faces',
  /** the face extends beyond the picture */
  'face-cropped',
  /** there are too few pixels between the eyes, or the face takes up too little of the picture */
  'face-too-small',
  /** the face is too dark or overexposed for other measurements */
  'conditions-not-met',
  /** the head is turned, tilted or rolled too far */
  'face-angle',
  /** the face is covered by a mask, dark glasses or an eye patch */
  'face-occluded',
  /** the face fills the picture */
  'face-too-close',
  'face-close-to-border',
  /** the two landmark models disagree on the positions of eyes, nose and mouth */
  'landmarks-unreliable',
  /** the face is blurred, lacks contrast or was detected with low confidence */
  'quality-low',
  /** the picture shows too little of the face to tell an attack from a bona fide presentation, and the score is not clear */
  'not-judgeable',
  /** presentation attack: the liveness score is below the threshold */
  'attack',
] as const;

/** A problem with a picture. The set is closed: the compiler checks that every contract maps each finding. */
export type Finding = (typeof findings)[number];
/** A problem with a capture packet. */
export type CaptureFinding = Extract<Finding, 'injection' | 'capture-failed'>;
