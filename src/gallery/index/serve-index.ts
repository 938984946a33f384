import { serveThread, type ThreadStart } from '../../threads/serve-thread.js';
import type { IndexRequest } from './index-messages.js';
import type { TemplateIndex } from './template-index.js';

/** What an index worker serves once its index is loaded. */
export interface IndexService {
  readonly index: Pick<TemplateIndex, 'search'>;
  /** answers `GalleryIndex.call`; searches do not wait for its promise */
  answerCall(request: unknown): unknown;
  /** called when the thread must end */
  close?(): Promise<void>;
}

/**
 * The worker's side of GalleryIndex: loads an index, then answers searches. Each goes through the templates without interruption, in the
 * order of the requests, so that none sees a partial change. A probe is overwritten after its search.
 *
 *     await serveIndex(async ({ signal, progress }) => {
 *       const index = new TemplateIndex(readStored, (workerData as IndexShard).dimension);
 *       await feed(index);                     // from the database
 *       return { index, answerCall: (request) => catchUp(index, request) };
 *     });
 */
export const serveIndex = (fill: (start: ThreadStart) => Promise<IndexService>): Promise<void> =>
  serveThread<IndexRequest, unknown>(async (start) => {
    const service = await fill(start);
    return {
      async answer(request) {
        if (request.do === 'call') return service.answerCall(request.request);
        try {
          return await service.index.search(request.companyId, request.vector, request.options);
        } finally {
          request.vector.fill(0);
        }
      },
      close: () => service.close?.(),
    };
  });
