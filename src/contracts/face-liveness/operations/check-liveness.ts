import type { FastifyInstance, FastifyRequest } from 'fastify';
import { findDecoded } from '../../../platform/body-parsers.js';
import { clientGone } from '../../../platform/client-gone.js';
import type { ImageFetcher } from '../../../platform/safe-fetch/image-fetcher.js';
import type { ScanService } from '../../../scans/scan-service.js';
import { RequestError } from '../errors.js';
import { readImage } from '../read-image.js';
import { renderLiveness } from '../render.js';
import { echoedSessionId, sessionIdText } from '../session-id.js';
import { type LivenessRequest, LivenessRequestSchema, LivenessResponseSchema } from '../wire.js';

const schema = {
  tags: ['B: face liveness'],
  summary: 'Check the liveness of a face picture, given as base64 or by URL',
  security: [{ faceLiveness: [] }],
  body: LivenessRequestSchema,
  response: { 200: LivenessResponseSchema },
};

/** Dependencies and settings of the operation. */
export interface CheckLivenessOptions {
  readonly scans: ScanService;
  readonly fetcher: ImageFetcher;
  /** maximum picture size in bytes */
  readonly maxImageBytes: number;
  /** also answer at the paths of other deployments of this vendor */
  readonly aliases: boolean;
}

/** Allowance for the JSON around the base64 of the largest picture, including line breaks. */
const jsonOverhead = 1.05;

/** `POST /api/v1/face/liveness` */
export function checkLiveness(app: FastifyInstance, options: CheckLivenessOptions): void {
  const { scans, fetcher, maxImageBytes } = options;
  const bodyLimit = Math.ceil((maxImageBytes * 4 * jsonOverhead) / 3) + 65_536;
  const paths = ['/face/liveness', ...(options.aliases ? ['/basic/face/liveness', '/id-verifications/face/liveness'] : [])];
  for (const path of paths) {
    const config = { analyzes: true, base64Member: 'faceImageBase' } as const;
    const scoreName = path.startsWith('/basic/') ? 'passiveLivenessScore' : 'score';
    app.post<{ Body: LivenessRequest }>(
      path,
      { schema, bodyLimit, config, onRequest: requireLiveness },
      async (request, reply) => {
        const { faceImageBase, sessionId } = request.body;
        // The schema cannot limit how long a number is written.
        if (sessionId !== undefined && echoedSessionId(request) === undefined) throw new RequestError(400, 'SESSION_ID_INVALID');
        const session = sessionId === undefined ? {} : { sessionId };
        const signal = clientGone(reply);
        const owner = request.caller!.accountId;
        const sent = findDecoded(request, faceImageBase) ?? faceImageBase;
        const image = await readImage(sent, maxImageBytes, { fetcher, signal, owner });
        if ('error' in image) {
          const { error, hint, reason } = image;
          request.log.info({ error, reason }, 'picture not read');
          return { ...session, hasError: true, error, ...(hint === undefined ? {} : { message: hint }) };
        }
        const reference = sessionIdText(request, sessionId);
        const { verdict, scan, reason } = await scans.assess({
          caller: request.caller!,
          contract: 'face-liveness',
          bytes: image.bytes,
          ...(reference === undefined ? {} : { reference }),
          signal,
        });
        request.log.info({ scan: scan.id, finding: scan.finding, reason }, 'assessed');
        return renderLiveness(verdict, sessionId, scoreName);
      },
    );
  }
}

/** After authentication and before the body is read. @throws RequestError 403 */
async function requireLiveness({ caller }: FastifyRequest): Promise<void> {
  if (!caller!.rights.includes('liveness')) throw new RequestError(403, 'FORBIDDEN');
}
