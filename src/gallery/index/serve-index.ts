import type { MessagePort } from 'node:worker_threads';
import type { IndexAnswer, IndexRequest, NumberedRequest } from './index-messages.js';
import type { TemplateIndex } from './template-index.js';

/**
 * Answers an index's requests on a worker's port, each one whole and in the order they came: no search sees half a change. Vectors that came with a
 * message are overwritten when it has been answered. Say this when the index holds what it should: it posts `ready`; what was sent before waits in the port.
 *
 *     const index = new TemplateIndex((workerData as IndexShard).dimension);
 *     await feed(index);                       // from wherever templates are kept
 *     serveIndex(index, parentPort!, (request) => catchUp(index, request));
 *
 * @param answerCall answers what `GalleryIndex.call` sends, in its own time; other requests do not wait for its promise
 */
export function serveIndex(
  index: TemplateIndex,
  port: MessagePort,
  answerCall: (request: unknown) => unknown = () => {
    throw new Error('this index worker answers no calls');
  },
): void {
  const post = (answer: IndexAnswer): void => port.postMessage(answer);
  port.on('message', async ({ id, request }: NumberedRequest) => {
    try {
      // Only calls are awaited: everything else is answered in this very turn.
      const result = request.do === 'call' ? await answerCall(request.request) : answerRequest(index, request);
      post({ type: 'done', id, result });
    } catch (error) {
      const { name, message } = error instanceof Error ? error : new Error(String(error));
      post({ type: 'failed', id, name, message });
    }
  });
  post({ type: 'ready' });
}

function answerRequest(index: TemplateIndex, request: Exclude<IndexRequest, { do: 'call' }>): unknown {
  switch (request.do) {
    case 'search':
      return wiping(request.vector, () => index.search(request.companyId, request.vector, request.options));
    case 'add':
      return wiping(request.vector, () => index.add(request.companyId, request.key, request.owner, request.vector));
    case 'fill':
      return wiping(request.vectors, () => {
        const { companyId, keys, owners, vectors } = request;
        for (let i = 0; i < keys.length; i++) {
          index.add(companyId, keys[i]!, owners[i]!, vectors.subarray(i * index.dimension, (i + 1) * index.dimension));
        }
      });
    case 'remove':
      return index.remove(request.companyId, request.key);
    case 'removeOwner':
      return index.removeOwner(request.companyId, request.owner);
    case 'clear':
      return index.clear(request.companyId);
    case 'size':
      return index.size(request.companyId);
    case 'memory':
      return index.memoryBytes;
  }
}

function wiping<T>(vector: Float32Array, task: () => T): T {
  try {
    return task();
  } finally {
    vector.fill(0);
  }
}
