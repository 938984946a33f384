/** What is wrong with a form. */
export type FormFault =
  | 'malformed'
  | 'too-large'
  | 'not-a-form'
  /** the body has a content encoding, such as gzip */
  | 'encoded'
  /** a text is not valid in its charset, or its charset is not known */
  | 'bad-text'
  /** the body arrives too slowly, or not at all */
  | 'too-slow';

/** The form, or the text of a body or query, cannot be read. `message` may be shown to the client. */
export class FormError extends Error {
  override name = 'FormError';
  /** the field at fault, if it is known */
  readonly field: string | undefined;
  /** for routes of no contract, which Fastify's own handler answers */
  readonly statusCode: number;
  constructor(
    readonly fault: FormFault,
    message: string,
    field?: string,
  ) {
    super(message);
    this.field = field;
    this.statusCode = statuses[fault];
  }
}

const statuses: Readonly<Record<FormFault, number>> = {
  malformed: 400,
  'too-large': 413,
  'not-a-form': 415,
  encoded: 415,
  'bad-text': 400,
  'too-slow': 408,
};
