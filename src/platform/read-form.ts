import type { FastifyRequest } from 'fastify';

/** Bytes allowed for the text fields and part headers of a form, on top of its files. */
export const formOverhead = 1_048_576;

/** What is wrong with a form. */
export type FormFault = 'malformed' | 'too-large' | 'not-a-form';

/** The form cannot be read. `message` may be shown to the client. */
export class FormError extends Error {
  override name = 'FormError';
  constructor(
    readonly fault: FormFault,
    message: string,
  ) {
    super(message);
  }
}

/** Maximum sizes of a form's files, in bytes. */
export interface FileLimits {
  readonly named: Readonly<Record<string, number>>;
  readonly others: number;
}

/** The content of a form. If a name is sent twice, the last value counts. */
export interface Form {
  /** text fields */
  readonly fields: ReadonlyMap<string, string>;
  /** files, whole */
  readonly files: ReadonlyMap<string, Buffer>;
}

/** Error codes of @fastify/multipart and Fastify for an exceeded limit. */
const tooLarge = new Set([
  'FST_REQ_FILE_TOO_LARGE',
  'FST_FILES_LIMIT',
  'FST_FIELDS_LIMIT',
  'FST_PARTS_LIMIT',
  'FST_ERR_CTP_BODY_TOO_LARGE',
]);

/**
 * Reads a form of any of the three kinds that clients send: multipart, urlencoded, or a flat JSON object. Fastify has parsed the
 * last two.
 * @param limits for forms with files that may be larger than `TRIFACE_MAX_IMAGE_BYTES`
 * @throws FormError
 */
export async function readForm(request: FastifyRequest, limits?: FileLimits): Promise<Form> {
  if (!request.isMultipart()) return readParsedBody(request.body);
  const fields = new Map<string, string>();
  const files = new Map<string, Buffer>();
  try {
    const fileSize = limits && Math.max(limits.others, ...Object.values(limits.named));
    for await (const part of request.parts(fileSize === undefined ? {} : { limits: { fileSize } })) {
      if (part.type === 'file') {
        const bytes = await part.toBuffer();
        if (limits && bytes.length > (limits.named[part.fieldname] ?? limits.others))
          throw new FormError('too-large', 'the form or one of its files is too large');
        files.set(part.fieldname, bytes);
      } else if (part.valueTruncated) throw new FormError('too-large', `the field ${part.fieldname} is too long`);
      else fields.set(part.fieldname, String(part.value));
    }
  } catch (error) {
    if (error instanceof FormError) throw error;
    if (isErrorWithCode(error) && tooLarge.has(error.code))
      throw new FormError('too-large', 'the form or one of its files is too large');
    throw new FormError('malformed', 'the multipart body is malformed or ends early');
  }
  return { fields, files };
}

function readParsedBody(body: unknown): Form {
  if (typeof body !== 'object' || body === null || Array.isArray(body)) throw new FormError('not-a-form', 'a form was expected');
  const values = Object.entries(body).filter(([, value]) => ['string', 'number', 'boolean'].includes(typeof value));
  return { fields: new Map(values.map(([name, value]) => [name, String(value)])), files: new Map() };
}

const isErrorWithCode = (error: unknown): error is { code: string } =>
  typeof error === 'object' && error !== null && 'code' in error && typeof error.code === 'string';
