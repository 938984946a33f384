import { serveThread, type ThreadStart } from '../../threads/serve-thread.js';
import type { IndexRequest } from './index-messages.js';
import type { TemplateIndex } from './template-index.js';

/** What an index worker serves once its index is filled. */
export interface IndexService {
  readonly index: TemplateIndex;
  /** answers what `GalleryIndex.call` sends, in its own time; searches do not wait for its promise */
  answerCall(request: unknown): unknown;
  /** called when the thread is told to end */
  close?(): Promise<void>;
}

/**
 * The worker's side of GalleryIndex: fills an index, then answers searches, each one whole and in the order they came: no search sees half
 * a change. A probe is overwritten when it has been searched for.
 *
 *     await serveIndex(async ({ signal, progress }) => {
 *       const index = new TemplateIndex((workerData as IndexShard).dimension);
 *       await feed(index);                     // from wherever templates are kept
 *       return { index, answerCall: (request) => catchUp(index, request) };
 *     });
 */
export const serveIndex = (fill: (start: ThreadStart) => Promise<IndexService>): Promise<void> =>
  serveThread<IndexRequest, unknown>(async (start) => {
    const service = await fill(start);
    return {
      answer(request) {
        if (request.do === 'call') return service.answerCall(request.request);
        try {
          return service.index.search(request.companyId, request.vector, request.options);
        } finally {
          request.vector.fill(0);
        }
      },
      close: () => service.close?.(),
    };
  });
