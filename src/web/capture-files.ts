import { createReadStream, existsSync, readdirSync } from 'node:fs';
import { basename, join } from 'node:path';
import { createBrotliDecompress } from 'node:zlib';
import fastifyStatic from '@fastify/static';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
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
  const compressed = listCompressedOnly(siteDir);
  app.setNotFoundHandler((request, reply) => {
    const name = basename(request.url.split('?', 1)[0]!);
    if (compressed.has(name)) return sendDecompressed(request, reply, join(siteDir, name));
    return reply.code(404).type('text/plain; charset=utf-8').send('File not found.\n');
  });
}

/** Names of the files that are there in compressed form alone. */
function listCompressedOnly(siteDir: string): ReadonlySet<string> {
  const names = new Set(readdirSync(siteDir));
  return new Set(
    [...names].flatMap((name) => (name.endsWith('.br') && !names.has(name.slice(0, -3)) ? [name.slice(0, -3)] : [])),
  );
}

/** For the rare client that does not accept Brotli, such as a browser at a plain http address: @fastify/static found no other form. */
function sendDecompressed(request: FastifyRequest, reply: FastifyReply, path: string): FastifyReply {
  setHeaders(reply, path);
  reply.code(200).type('application/wasm');
  if (request.method === 'HEAD') return reply.send();
  const compressed = createReadStream(`${path}.br`);
  // `pipe` passes no errors on.
  const bytes = compressed.pipe(createBrotliDecompress());
  compressed.on('error', (error) => bytes.destroy(error));
  bytes.on('close', () => compressed.destroy());
  return reply.send(bytes);
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
