/** Why the gallery refuses a request. */
export type GalleryFault =
  /** the caller's company has no such person */
  | 'unknown-person'
  /** a person with this citizen id already exists in the company */
  | 'citizen-id-taken'
  /** the face is registered as another person, and the account refuses duplicates */
  | 'face-registered'
  /** the person has no such enrolment */
  | 'unknown-enrolment'
  /** a person's only enrolment cannot be removed; erase the person instead */
  | 'last-enrolment';

/** The gallery refuses a request; nothing was changed. */
export class GalleryError extends Error {
  override name = 'GalleryError';
  constructor(
    readonly fault: GalleryFault,
    /** for `face-registered`: numbers of the persons with this face */
    readonly persons: readonly number[] = [],
  ) {
    super(fault);
  }
}
