import { existsSync } from 'node:fs';
import { basename } from 'node:path';
import fastifyStatic from '@fastify/static';
import type { FastifyInstance, FastifyReply } from 'fastify';

/** What the files stand on. */
export interface CaptureFilesOptions {
  /** `dist/web/site`, made by `npm run build` */
  readonly siteDir: string;
  /** folder of the prepared models */
  readonly modelsDir: string;
  /** the component's networks: their names for browsers, and their files in `modelsDir` */
  readonly models: readonly { readonly name: string; readonly source: string }[];
}

/** Everything from here, no text in the page's code that becomes markup, and WebAssembly, which the face detector is. */
const pagePolicy = [
  "default-src 'none'",
  "script-src 'self' 'wasm-unsafe-eval'",
  "style-src 'self'",
  "connect-src 'self'",
  // the empty icon
  'img-src data:',
  "form-action 'self'",
  "base-uri 'none'",
  "frame-ancestors 'none'",
  "require-trusted-types-for 'script'",
  "trusted-types 'none'",
].join('; ');

/** Names that carry a piece of their content's hash: their content never changes. */
const hashed = /\.[0-9a-f]{12}\.(wasm|onnx)$/;

/**
 * The capture component below `/triface/capture`: the module, what it loads, the npm package, and a page for trying it out. Open to every
 * page of every site: nothing of it is secret, and a page that bundles the component loads the rest from here.
 */
export async function captureFiles(app: FastifyInstance, { siteDir, modelsDir, models }: CaptureFilesOptions): Promise<void> {
  if (!existsSync(siteDir)) {
    app.log.warn('the capture component is not built: run `npm run build`');
    return;
  }
  await app.register(fastifyStatic, {
    root: siteDir,
    prefix: '/',
    preCompressed: true,
    index: false,
    cacheControl: false,
    setHeaders,
    // Unfinished files of a build under way.
    allowedPath: (path) => !basename(path).startsWith('.') && !path.endsWith('.br'),
    schemaHide: true,
  });
  app.get('/', { schema: { hide: true } }, (request, reply) => {
    const [path, query] = request.url.split('?', 2);
    // What the page names is relative to it: behind a proxy it may stand below another path.
    if (!path!.endsWith('/')) return reply.redirect(`./${basename(path!)}/${query === undefined ? '' : `?${query}`}`, 308);
    return reply.sendFile('index.html');
  });
  for (const { name, source } of models)
    app.get(`/${name}`, { schema: { hide: true } }, (_request, reply) =>
      reply.type('application/octet-stream').sendFile(source, modelsDir),
    );
  app.setNotFoundHandler((_request, reply) => reply.code(404).type('text/plain; charset=utf-8').send('There is no such file.\n'));
}

function setHeaders(reply: FastifyReply, path: string): void {
  const name = basename(path).replace(/\.br$/, '');
  const isForEver = hashed.test(name) || name.endsWith('.onnx');
  // `no-cache`: kept, but asked for again each time, which the ETag makes cheap.
  reply.header('cache-control', isForEver ? 'public, max-age=31536000, immutable' : 'no-cache');
  reply.header('vary', 'accept-encoding');
  reply.header('access-control-allow-origin', '*');
  reply.header('cross-origin-resource-policy', 'cross-origin');
  if (name === 'index.html') {
    reply.header('content-security-policy', pagePolicy);
    reply.header('permissions-policy', 'camera=(self), microphone=(), geolocation=()');
    reply.header('referrer-policy', 'no-referrer');
  }
}
