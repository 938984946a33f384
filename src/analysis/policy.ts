/** Thresholds by which an observation becomes a verdict. Every field has a documented default in `regularPolicy`. */
export interface Policy {
  /** names the thresholds in every stored scan */
  readonly version: string;
  /** bona fide from this liveness probability on, 0..1 */
  readonly liveness: number;
  /** lowest acceptable quality, 0..1 */
  readonly quality: number;
  /** another face counts when its height is at least this part of the largest one's; smaller ones are passers-by */
  readonly otherFace: number;
  /** lowest visible part of the face, 0..1 */
  readonly visible: number;
  /** greatest box width over picture width */
  readonly closeWidth: number;
  /** greatest box height over picture height */
  readonly closeHeight: number;
  /** least distance of the box from any border, as a part of the picture's width or height */
  readonly border: number;
  /** least eye distance, pixels */
  readonly eyeDistance: number;
  /** least box height over picture height */
  readonly relativeHeight: number;
  /** greatest disagreement of the two landmark models, in eye distances, while the mouth looks uncovered */
  readonly landmarkDisagreement: number;
  /** greatest angles, degrees */
  readonly yaw: number;
  readonly pitch: number;
  readonly roll: number;
  /** greatest occlusion, 0..1 */
  readonly occlusion: number;
  /** mean luma of the face must lie within, 0..255 */
  readonly darkest: number;
  readonly brightest: number;
  /** where no face was found: the whole picture's mean luma must lie within, and its detail be at least this */
  readonly sceneDarkest: number;
  readonly sceneBrightest: number;
  readonly sceneDetail: number;
}

/**
 * The default thresholds. Set on labelled pictures so that few bona fide selfies and webcam shots are refused for a condition;
 * what they refuse and miss stands in docs/accuracy.md.
 */
export const regularPolicy: Policy = Object.freeze({
  version: 'regular-1',
  liveness: 0.5,
  quality: 0.5,
  otherFace: 0.6,
  visible: 0.95,
  closeWidth: 0.75,
  closeHeight: 0.95,
  border: 0.005,
  eyeDistance: 22,
  relativeHeight: 0.15,
  landmarkDisagreement: 0.35,
  yaw: 32,
  pitch: 26,
  roll: 40,
  occlusion: 0.9,
  darkest: 36,
  brightest: 234,
  sceneDarkest: 30,
  sceneBrightest: 225,
  sceneDetail: 0.0015,
});
