import Type, { type Static, type TSchema } from 'typebox';
import { type ScanSummary, type SummaryField, summaryFieldNames, summaryFields } from '../../scans/scan-summary.js';
import { entityName } from './entity-names.js';

const Nullable = <T extends TSchema>(schema: T) => Type.Union([schema, Type.Null()]);
const Uuid = Type.String({ format: 'uuid' });
const Point = Type.Object({ x: Type.Number(), y: Type.Number() });

/**
 * One face, with every field in the engine's spelling and in camelCase. Coordinates are pixels of the picture as sent, upright by
 * EXIF.
 */
const FaceSchema = Type.Object(
  {
    x1: Type.Integer(),
    y1: Type.Integer(),
    x2: Type.Integer(),
    y2: Type.Integer(),
    liveness: Type.Number(),
    yaw: Type.Number(),
    roll: Type.Number(),
    pitch: Type.Number(),
    face_quality: Type.Number(),
    faceQuality: Type.Number(),
    face_luminance: Type.Number(),
    faceLuminance: Type.Number(),
    eye_dist: Type.Number(),
    eyeDist: Type.Number(),
    eyeDistance: Type.Number(),
    left_eye_closed: Type.Number(),
    leftEyeClosed: Type.Number(),
    right_eye_closed: Type.Number(),
    rightEyeClosed: Type.Number(),
    face_occlusion: Type.Number(),
    faceOcclusion: Type.Number(),
    mouth_opened: Type.Number(),
    mouthOpened: Type.Number(),
    landmarks_68: Type.Array(Type.Number(), { description: '68 points in iBUG order: x, y, x, y …' }),
    landmarks68: Type.Array(Type.Number()),
    landmark_68: Type.Array(Point),
  },
  { title: 'DmsFace' },
);
export type Face = Static<typeof FaceSchema>;

/** The states in the engine's spelling. */
const FaceStateSchema = Type.Object(
  {
    is_not_front: Nullable(Type.Boolean()),
    is_occluded: Nullable(Type.Boolean()),
    eye_closed: Nullable(Type.Boolean()),
    mouth_opened: Nullable(Type.Boolean()),
    is_boundary_face: Nullable(Type.Boolean()),
    is_small: Nullable(Type.Boolean()),
    quality: Nullable(Type.String()),
    luminance: Nullable(Type.String()),
    result: Type.String(),
    liveness_score: Nullable(Type.Number()),
  },
  { title: 'DmsFaceState' },
);

/** The values of `result` after a check. A correction may set others. */
export type Result = 'Real' | 'Spoof' | 'No face' | 'Multiple face' | 'Failed to open file';

/** What the documentation says of a summary field, apart from its type. */
const descriptions: Readonly<Partial<Record<SummaryField, string>>> = {
  elapsedTime: 'seconds',
  result: 'Real, Spoof, No face, Multiple face, Failed to open file; or what a correction put there',
  quality: 'Low, Medium, High',
  luminance: 'Dark, Normal, Light',
};

function summarySchema(field: SummaryField, textOptions: { maxLength?: number } = {}): TSchema {
  const { kind, isNullable } = summaryFields[field];
  const description = descriptions[field];
  const options = description === undefined ? {} : { description };
  const schema =
    kind === 'flag'
      ? Type.Boolean(options)
      : kind === 'number'
        ? Type.Number(options)
        : Type.String({ ...textOptions, ...options });
  return isNullable ? Nullable(schema) : schema;
}

/** The entity without the engine's observations. */
export interface ScanFields extends ScanSummary {
  readonly id: string;
  readonly companyId: string;
  /** ISO 8601 */
  readonly createdDate: string;
  /** ISO 8601 */
  readonly updatedDate: string;
  readonly createdById: string;
  readonly updatedById: string;
  readonly salesChannel: string | null;
}

/** A stored scan as contract C shows it. */
export interface ScanEntity extends ScanFields {
  readonly face_state: Static<typeof FaceStateSchema>;
  readonly faces: readonly Face[];
}
export const ScanSchema = Type.Object(
  {
    id: Uuid,
    companyId: Uuid,
    createdDate: Type.String({ format: 'date-time' }),
    updatedDate: Type.String({ format: 'date-time' }),
    createdById: Uuid,
    updatedById: Uuid,
    ...Object.fromEntries(summaryFieldNames.map((field) => [field, summarySchema(field)])),
    salesChannel: summarySchema('channel'),
    face_state: FaceStateSchema,
    faces: Type.Array(FaceSchema),
  },
  { title: 'DmsScan' },
);

/** A corrected scan, for callers without the right `scans:read`. */
export type ScanReceipt = Pick<ScanFields, 'id' | 'companyId' | 'updatedDate' | 'updatedById'> & Partial<ScanFields>;
export const ScanReceiptSchema = Type.Object(
  {
    id: Uuid,
    companyId: Uuid,
    updatedDate: Type.String({ format: 'date-time' }),
    updatedById: Uuid,
    ...Object.fromEntries(summaryFieldNames.map((field) => [field, Type.Optional(summarySchema(field))])),
    salesChannel: Type.Optional(summarySchema('channel')),
  },
  { title: 'DmsScanReceipt', description: 'without the right `scans:read`: the id and the fields that the request has set' },
);

const Sorted = Type.Object({ sorted: Type.Boolean(), unsorted: Type.Boolean(), empty: Type.Boolean() });

/** Spring Data's `Page`. */
export const PageSchema = Type.Object(
  {
    content: Type.Array(ScanSchema),
    pageable: Type.Object({
      sort: Sorted,
      offset: Type.Integer(),
      pageNumber: Type.Integer(),
      pageSize: Type.Integer(),
      paged: Type.Boolean(),
      unpaged: Type.Boolean(),
    }),
    last: Type.Boolean(),
    totalPages: Type.Integer(),
    totalElements: Type.Integer(),
    numberOfElements: Type.Integer(),
    first: Type.Boolean(),
    number: Type.Integer(),
    size: Type.Integer(),
    sort: Sorted,
    empty: Type.Boolean(),
  },
  { title: 'DmsScanPage' },
);

const moment = (bound: string) =>
  Type.Optional(Type.String({ description: `${bound}, inclusive: date-time with an offset, or a date (the whole day, UTC)` }));
const period = { createdFrom: moment('Earliest creation time'), createdTo: moment('Latest creation time') };

/** The query of the list. */
export const ListQuerySchema = Type.Object({
  page: Type.Optional(Type.Integer({ minimum: 0, maximum: 2_147_483_647, default: 0 })),
  size: Type.Optional(Type.Integer({ minimum: 1, maximum: 200, default: 20 })),
  sort: Type.Optional(
    Type.Array(Type.String(), {
      description: '`field`, `field,asc` or `field,desc`; repeatable. Default: by creation, oldest first',
    }),
  ),
  reference: Type.Optional(Type.String()),
  result: Type.Optional(Type.String()),
  salesChannel: Type.Optional(Type.String()),
  ...period,
});

/** The query of the export. */
export const ExportQuerySchema = Type.Object({
  format: Type.Optional(Type.Enum(['csv', 'ndjson'], { default: 'csv' })),
  bom: Type.Optional(
    Type.Enum(['true', 'false'], {
      default: 'true',
      description: 'whether CSV begins with the UTF-8 mark, by which Excel recognises the charset',
    }),
  ),
  ...period,
});

/** Longest text that a correction may contain, in characters. */
export const maxTextLength = 256;

/** The body of PUT: the entity. Fields that are not sent keep their value; fields that are not listed here are ignored. */
export const CorrectionSchema = Type.Object(
  Object.fromEntries(
    summaryFieldNames.map((field) => [entityName(field), Type.Optional(summarySchema(field, { maxLength: maxTextLength }))]),
  ),
  { title: 'DmsScanCorrection' },
);

/** The form of `check_liveness`. */
export const CheckFormSchema = Type.Object({
  channel: Type.Enum(['WEB', 'MOBILE', 'OTHER']),
  file: Type.Unsafe<string>({ type: 'string', format: 'binary' }),
  reference: Type.String({ minLength: 1, maxLength: 256, description: "the client's own reference, for finding the scan again" }),
});

/** Spring Boot's error body. */
export const SpringErrorSchema = Type.Object(
  { timestamp: Type.String(), status: Type.Integer(), error: Type.String(), message: Type.String(), path: Type.String() },
  { title: 'SpringError' },
);

export const OAuthErrorSchema = Type.Object(
  { error: Type.String(), error_description: Type.Optional(Type.String()) },
  { title: 'OAuthError' },
);
