import type { FastifyInstance } from 'fastify';
import Type from 'typebox';
import type { GalleryService } from '../../../gallery/gallery-service.js';
import { clientGone } from '../../../platform/client-gone.js';
import { type Form, readForm } from '../../../platform/read-form.js';
import { requireRight, TrifaceError } from '../errors.js';
import { RefusalSchema, renderRefusal } from '../person-view.js';
import { readImage } from '../read-image.js';

/** Default number of persons returned. */
const defaultLimit = 5;
const maxLimit = 100;

const IdentificationSchema = Type.Object(
  {
    accepted: Type.Literal(true),
    scan: Type.String({ format: 'uuid' }),
    candidates: Type.Array(
      Type.Object({
        id: Type.Integer(),
        citizenId: Type.String(),
        name: Type.String(),
        score: Type.Number({ minimum: -1, maximum: 1, description: 'cosine of the templates' }),
        matches: Type.Boolean({ description: "whether the score reaches the account's threshold `match`" }),
      }),
      { description: 'best first' },
    ),
  },
  { title: 'Identification' },
);
const form = Type.Object({
  image: Type.Unsafe<string>({ type: 'string', format: 'binary', description: 'the face' }),
  limit: Type.Optional(
    Type.Integer({ minimum: 1, maximum: maxLimit, default: defaultLimit, description: 'maximum number of persons' }),
  ),
  minimum: Type.Optional(
    Type.Number({
      minimum: -1,
      maximum: 1,
      description:
        'minimum score; default: the threshold `match`, so that all candidates match. Without the right `persons:read`, persons below the threshold are left out',
    }),
  ),
});
const schema = {
  tags: ['Triface'],
  summary: "Find a face among the company's persons (1:N)",
  description: 'Liveness is checked first if the account requires it for recognition; a refused picture is not searched.',
  security: [{ faceLiveness: [] }],
  consumes: ['multipart/form-data'],
  response: { 200: { anyOf: [IdentificationSchema, RefusalSchema] } },
};

/** `POST /v1/identify`, and the same below `/triface/v1`. */
export function identifyFace(app: FastifyInstance, { persons }: { persons: GalleryService }): void {
  app.post(
    '/identify',
    {
      schema: { ...schema, operationId: `identifyFace${app.prefix.replaceAll('/', '_')}` },
      config: { form, analyzes: true },
      onRequest: requireRight('recognition'),
    },
    async (request, reply) => {
      const read = await readForm(request);
      const limit = readNumber(read, 'limit', 1, maxLimit) ?? defaultLimit;
      if (!Number.isInteger(limit)) throw new TrifaceError(400, 'bad-request', 'limit must be an integer');
      const minimum = readNumber(read, 'minimum', -1, 1);
      const { assessment, candidates } = await persons.identify({
        caller: request.caller!,
        contract: 'triface',
        sent: { picture: readImage(read) },
        limit,
        onlyMatches: !request.caller!.rights.includes('persons:read'),
        signal: clientGone(reply),
        ...(minimum === undefined ? {} : { minimum }),
      });
      request.log.info({ scan: assessment.scan.id, finding: assessment.scan.finding, found: candidates?.length }, 'identified');
      if (!candidates) return renderRefusal(assessment);
      return {
        accepted: true,
        scan: assessment.scan.id,
        candidates: candidates.map(({ person, score, matches }) => ({
          id: person.number,
          citizenId: person.citizenId,
          name: person.name,
          score: Math.round(score * 1e4) / 1e4,
          matches,
        })),
      };
    },
  );
}

/** @throws TrifaceError 400 */
function readNumber({ fields }: Form, name: string, least: number, most: number): number | undefined {
  const text = fields.get(name)?.trim();
  if (!text) return undefined;
  const value = /^-?\d+(\.\d+)?$/.test(text) ? Number(text) : Number.NaN;
  if (!(value >= least && value <= most))
    throw new TrifaceError(400, 'bad-request', `${name} must be a number from ${least} to ${most}`);
  return value;
}
