import Type, { type Static, type TSchema } from 'typebox';
import { type ScanSummary, type SummaryField, summaryFieldNames, summaryFields } from '../../scans/scan-summary.js';
import { channels } from './channel.js';
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

/** A compared face, in the engine's spelling only. */
export const ComparedFaceSchema = Type.Object(
  Type.Pick(FaceSchema, [
    ...(['x1', 'y1', 'x2', 'y2', 'yaw', 'roll', 'pitch', 'face_quality', 'face_luminance', 'eye_dist'] as const),
    ...(['left_eye_closed', 'right_eye_closed', 'face_occlusion', 'mouth_opened', 'landmark_68'] as const),
  ]).properties,
  { title: 'DmsComparedFace' },
);

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
  /** as Spring prints a LocalDateTime: UTC, without a zone */
  readonly created: string;
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
    created: Type.String({ description: '`createdDate` without a zone (UTC)' }),
    createdDate: Type.String({ format: 'date-time' }),
    updatedDate: Type.String({ format: 'date-time' }),
    createdById: Uuid,
    updatedById: Uuid,
    ...Object.fromEntries(summaryFieldNames.map((field) => [field, summarySchema(field)])),
    salesChannel: summarySchema('channel'),
    face_state: FaceStateSchema,
    faces: Type.Array(FaceSchema),
  },
  {
    title: 'DmsScan',
    description:
      'With `TRIFACE_DMS_FIELDS=documented`, answers contain only the 18 fields of the vendor’s page, and that of a check also `faces`',
  },
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
    page: Type.Object(
      { size: Type.Integer(), number: Type.Integer(), totalElements: Type.Integer(), totalPages: Type.Integer() },
      { description: 'the form since Spring Boot 3 (VIA_DTO)' },
    ),
  },
  { title: 'DmsScanPage' },
);

const moment = (bound: string) =>
  Type.Optional(Type.String({ description: `${bound}, inclusive: date-time with an offset, or a date (the whole day, UTC)` }));
/** Selects scans. */
const filter = {
  reference: Type.Optional(Type.String()),
  result: Type.Optional(Type.String()),
  salesChannel: Type.Optional(Type.String()),
  createdFrom: moment('Earliest creation time'),
  createdTo: moment('Latest creation time'),
};

/** The query of the list. */
export const ListQuerySchema = Type.Object({
  page: Type.Optional(Type.Integer({ minimum: 0, maximum: 2_147_483_647, default: 0 })),
  size: Type.Optional(Type.Integer({ minimum: 1, maximum: 200, default: 20 })),
  sort: Type.Optional(
    Type.Array(Type.String(), {
      description: '`field[,field…][,asc|desc][,ignorecase]`; repeatable. Default: by creation, oldest first',
    }),
  ),
  ...filter,
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
  ...filter,
});

/** Longest text that a correction may contain, in characters. */
export const maxTextLength = 256;

/**
 * The body of PUT: the entity. Fields that are not sent, or are null, keep their value; fields that are not listed here are ignored.
 * The types are those that a client should send; others are converted as by Jackson.
 */
export const CorrectionSchema = Type.Object(
  Object.fromEntries(
    summaryFieldNames.map((field) => [
      entityName(field),
      Type.Optional(Nullable(summarySchema(field, { maxLength: maxTextLength }))),
    ]),
  ),
  { title: 'DmsScanCorrection' },
);

const Picture = Type.Unsafe<string>({ type: 'string', format: 'binary' });
const labels = {
  channel: Type.Enum([...channels], { description: 'in any letter case' }),
  reference: Type.String({ minLength: 1, maxLength: 256, description: "the client's own reference, for finding the scan again" }),
};
/** The form of `check_liveness`. */
export const CheckFormSchema = Type.Object({ ...labels, file: Picture });
/** The form of `compare_face`. */
export const CompareFormSchema = Type.Object({ ...labels, file1: Picture, file2: Picture });

/** Spring Boot's error body. */
export const SpringErrorSchema = Type.Object(
  { timestamp: Type.String(), status: Type.Integer(), error: Type.String(), message: Type.String(), path: Type.String() },
  { title: 'SpringError' },
);

export const OAuthErrorSchema = Type.Object(
  { error: Type.String(), error_description: Type.Optional(Type.String()) },
  { title: 'OAuthError' },
);
