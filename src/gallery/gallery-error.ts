/** Why the gallery refuses. */
export type GalleryFault =
  /** there is no such person in the caller's company */
  | 'unknown-person'
  /** the company has a person with this citizen id already */
  | 'citizen-id-taken'
  /** the face is registered as another person, and the account refuses that */
  | 'face-registered'
  /** there is no such enrolment of the person */
  | 'unknown-enrolment'
  /** a person's only enrolment cannot be removed: erase the person */
  | 'last-enrolment';

/** A request that the gallery refuses; nothing was changed. */
export class GalleryError extends Error {
  override name = 'GalleryError';
  constructor(
    readonly fault: GalleryFault,
    /** for `face-registered`: as whom */
    readonly persons: readonly number[] = [],
  ) {
    super(fault);
  }
}
