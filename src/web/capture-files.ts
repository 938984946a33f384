import { existsSync } from 'node:fs';
import { basename } from 'node:path';
import fastifyStatic from '@fastify/static';
import type { FastifyInstance, FastifyReply } from 'fastify';
import { setCrossOriginRule } from '../platform/http/cross-origin.js';

/** Folders and files to serve. */
export interface CaptureFilesOptions {
  /** `dist/web/site`, built by `npm run build` */
  readonly siteDir: string;
  /** folder of the prepared models */
  readonly modelsDir: string;
  /** the component's networks: their public names, and their files in `modelsDir` */
  readonly models: readonly { readonly name: string; readonly source: string }[];
}

/** Content security policy of the try page: only this origin, no HTML from strings, and WebAssembly for the face detector. */
const pagePolicy = [
  "default-src 'none'",
  "script-src 'self' 'wasm-unsafe-eval'",
  "style-src 'self'",
  "connect-src 'self'",
  // for the empty favicon
  'img-src data:',
  "form-action 'self'",
  "base-uri 'none'",
  "frame-ancestors 'none'",
  "require-trusted-types-for 'script'",
  "trusted-types 'none'",
].join('; ');

/** Names that include a content hash: the content of such a file never changes. */
const hashed = /\.[0-9a-f]{12}\.(wasm|onnx)$/;

/**
 * Serves the capture component below `/triface/capture`: the module, the files it loads, the npm package and a try page. Any
 * origin may load them: none of the files is secret, and pages that bundle the component load its other files from here.
 */
export async function captureFiles(app: FastifyInstance, { siteDir, modelsDir, models }: CaptureFilesOptions): Promise<void> {
  if (!existsSync(siteDir)) {
    app.log.warn('the capture component is not served because it has not been built: run `npm run build`, then restart');
    return;
  }
  setCrossOriginRule(app, 'public');
  await app.register(fastifyStatic, {
    root: siteDir,
    prefix: '/',
    preCompressed: true,
    index: false,
    cacheControl: false,
    setHeaders,
    // Hides temporary files of a build in progress, and the precompressed files themselves.
    allowedPath: (path) => !basename(path).startsWith('.') && !path.endsWith('.br'),
    schemaHide: true,
  });
  app.get('/', { schema: { hide: true } }, (request, reply) => {
    const [path, query] = request.url.split('?', 2);
    // The page uses relative URLs, since a proxy may serve it below another path.
    if (!path!.endsWith('/')) return reply.redirect(`./${basename(path!)}/${query === undefined ? '' : `?${query}`}`, 308);
    return reply.sendFile('index.html');
  });
  for (const { name, source } of models)
    app.get(`/${name}`, { schema: { hide: true } }, (_request, reply) =>
      reply.type('application/octet-stream').sendFile(source, modelsDir),
    );
  app.setNotFoundHandler((_request, reply) => reply.code(404).type('text/plain; charset=utf-8').send('File not found.\n'));
}

function setHeaders(reply: FastifyReply, path: string): void {
  const name = basename(path).replace(/\.br$/, '');
  const isImmutable = hashed.test(name) || name.endsWith('.onnx');
  // `no-cache`: cached, but revalidated on each use, which the ETag makes cheap.
  reply.header('cache-control', isImmutable ? 'public, max-age=31536000, immutable' : 'no-cache');
  reply.header('vary', 'accept-encoding');
  reply.header('cross-origin-resource-policy', 'cross-origin');
  if (name === 'index.html') {
    reply.header('content-security-policy', pagePolicy);
    reply.header('permissions-policy', 'camera=(self), microphone=(), geolocation=()');
    reply.header('referrer-policy', 'no-referrer');
  }
}
