import { type ScanSummary, summaryFieldNames, summaryFields } from '../../scans/scan-summary.js';
import { entityName } from './entity-names.js';
import { SpringError } from './errors.js';
import { maxTextLength } from './wire.js';

/** Java's types, which the vendor's error messages name. */
const javaTypes = { flag: 'Boolean', number: 'Double', text: 'String' } as const;

/**
 * Reads what the body of PUT changes. Clients may correct the fields of the summary. All others belong to the server or are what
 * the engine observed: they are ignored.
 * @throws SpringError 400, naming the field of the wrong type
 */
export function readCorrection(body: unknown): Partial<ScanSummary> {
  if (typeof body !== 'object' || body === null || Array.isArray(body))
    throw new SpringError(400, 'Required request body is missing: send the entity as a JSON object');
  const changes: Record<string, unknown> = {};
  for (const field of summaryFieldNames) {
    const name = entityName(field);
    const { kind, isNullable } = summaryFields[field];
    if (!Object.hasOwn(body, name)) continue;
    const value = (body as Record<string, unknown>)[name];
    if (value === null) {
      if (!isNullable) throw new SpringError(400, `${name} must not be null`);
    } else if (!isOf(kind, value)) {
      throw new SpringError(
        400,
        `JSON parse error: Cannot deserialize value of type \`java.lang.${javaTypes[kind]}\` from ${describe(value)} (through reference chain: FaceLiveness["${name}"])`,
      );
    } else if (typeof value === 'string' && value.length > maxTextLength) {
      throw new SpringError(400, `${name} must be at most ${maxTextLength} characters`);
    }
    changes[field] = value;
  }
  return changes as Partial<ScanSummary>;
}

function isOf(kind: keyof typeof javaTypes, value: unknown): boolean {
  if (kind === 'flag') return typeof value === 'boolean';
  if (kind === 'text') return typeof value === 'string';
  return typeof value === 'number' && Number.isFinite(value);
}

/** The kind of value received, in Jackson's words. */
function describe(value: unknown): string {
  if (Array.isArray(value)) return 'Array value';
  if (typeof value === 'object') return 'Object value';
  if (typeof value === 'boolean') return 'Boolean value';
  return typeof value === 'string' ? 'String value' : 'Floating-point value';
}
