import formbody from '@fastify/formbody';
import helmet from '@fastify/helmet';
import multipart from '@fastify/multipart';
import type { TypeBoxTypeProvider } from '@fastify/type-provider-typebox';
import Fastify, { type FastifyInstance, type FastifyReply, type FastifyRequest } from 'fastify';
import { formOverhead } from './platform/read-form.js';
import './platform/route-config.js';
import { randomUUID } from 'node:crypto';
import type { Engine } from './analysis/engine.js';
import { BusyError } from './base/busy-error.js';
import { createCaptureService } from './capture/assess-packet.js';
import type { Config } from './config/schema.js';
import { apptenticate } from './contracts/apptenticate/index.js';
import { dms, renderMalformed, renderNotFound } from './contracts/dms/index.js';
import { faceLiveness } from './contracts/face-liveness/index.js';
import { triface } from './contracts/triface/index.js';
import type { GalleryParts } from './gallery/gallery-parts.js';
import { createGalleryService } from './gallery/gallery-service.js';
import type { TemplateSearch } from './gallery/template-search.js';
import type { Accounts } from './identity/accounts.js';
import type { Authenticator } from './identity/authenticate.js';
import { parseRightsMapping } from './identity/openid/claims.js';
import { makeEmbeddedRealm } from './identity/openid/embedded-realm.js';
import { OutsideAccounts } from './identity/openid/outside-accounts.js';
import { OutsideProvider } from './identity/openid/outside-provider.js';
import { chooseVerifier } from './identity/openid/token-verifiers.js';
import type { Keys } from './keys/keys.js';
import { addHealthRoutes } from './platform/health.js';
import { addIntakeLimit } from './platform/intake.js';
import { addMetrics } from './platform/metrics.js';
import { addOpenApi } from './platform/openapi.js';
import { logOptions } from './platform/request-log.js';
import type { ImageFetcher } from './platform/safe-fetch/image-fetcher.js';
import { createScanService } from './scans/scan-service.js';
import type { Store } from './storage/store.js';
import { type CaptureFilesOptions, captureFiles } from './web/capture-files.js';

/** What the server is made of. Opened by `main.ts`, closed by it. */
export interface AppDependencies {
  readonly config: Config;
  readonly version: string;
  readonly engine: Engine;
  readonly store: Store;
  readonly accounts: Accounts;
  readonly authenticator: Authenticator;
  readonly keys: Keys;
  readonly fetcher: ImageFetcher;
  readonly gallery: GalleryParts;
  /** the templates, wherever they are searched */
  readonly search: TemplateSearch;
  /** the capture component's files; absent: they are not served */
  readonly captureSite?: CaptureFilesOptions;
}

/** Builds the server: every plugin and route, listening to nothing yet. */
export async function buildApp(dependencies: AppDependencies): Promise<FastifyInstance> {
  const { config, version, engine, store, accounts, authenticator, keys, fetcher, gallery, search, captureSite } = dependencies;
  const app = Fastify({
    logger: logOptions(config.LOG_LEVEL),
    genReqId: () => randomUUID(),
    trustProxy: config.TRIFACE_TRUST_PROXY === '' ? false : config.TRIFACE_TRUST_PROXY.split(',').map((range) => range.trim()),
    bodyLimit: config.TRIFACE_MAX_IMAGE_BYTES + formOverhead,
    connectionTimeout: 60_000,
    requestTimeout: 60_000,
    return503OnClosing: true,
    // A URL that cannot be decoded belongs to no contract.
    frameworkErrors: (_error, request, reply) => renderMalformed(request as FastifyRequest, reply as FastifyReply),
    routerOptions: { ignoreTrailingSlash: true },
    // A string is not a number: what a client sends is judged as it was sent.
    ajv: { customOptions: { coerceTypes: false, removeAdditional: false, useDefaults: false } },
  }).withTypeProvider<TypeBoxTypeProvider>();
  // Answers go out as they were rendered, fields in the vendor's order; the schemas describe them and the tests hold them to it.
  app.setSerializerCompiler(() => JSON.stringify);
  app.decorateRequest('caller');
  app.setNotFoundHandler(renderNotFound);
  let isClosing = false;
  app.addHook('preClose', async () => {
    isClosing = true;
  });
  app.addHook('onSend', async (request, reply) => {
    reply.header('x-request-id', request.id);
    // A connection kept alive for a next request would hold up the stop until its client lets go.
    if (isClosing) reply.header('connection', 'close');
  });

  addIntakeLimit(app, config.TRIFACE_MAX_INTAKE_BYTES, () => new BusyError('full', engine.retryAfterSeconds));

  await app.register(helmet);
  await addOpenApi(app, version);
  await app.register(formbody);
  await app.register(multipart, {
    limits: {
      fileSize: config.TRIFACE_MAX_IMAGE_BYTES,
      files: 4,
      fields: 32,
      fieldSize: 65_536,
      fieldNameSize: 128,
      parts: 36,
      headerPairs: 32,
    },
  });

  const metrics = addMetrics(app, () => engine.state);
  const scans = createScanService({ engine, store, masterKeys: gallery.masterKeys }, ({ verdict, scan }) =>
    metrics.countAssessment({
      contract: scan.contract,
      outcome: scan.outcome,
      finding: scan.finding ?? 'none',
      uncertain: verdict.uncertain,
      seconds: scan.elapsedMs / 1000,
    }),
  );
  const persons = createGalleryService(gallery, { scans, search });
  const capture = createCaptureService({
    scans,
    store,
    keys: keys.capture,
    maxPacketBytes: config.TRIFACE_MAX_PACKET_BYTES,
    maxAgeSeconds: config.TRIFACE_PACKET_MAX_AGE_SECONDS,
    maxPixels: config.TRIFACE_MAX_IMAGE_PIXELS,
  });
  const loadCaller = (accountId: string, credentialVersion: number) => accounts.loadCaller(accountId, credentialVersion);
  addHealthRoutes(app, {
    models: () => {
      if (engine.state.ready === 0) throw new Error('no inference worker is ready');
    },
    database: () => store.check(),
  });
  await app.register(apptenticate, {
    prefix: '/api',
    scans,
    persons,
    authenticator,
    jwtSecret: keys.jwtSecret,
    loadCaller,
    capture,
    rejectionStatus: config.TRIFACE_REJECTION_STATUS === '400' ? 400 : 200,
    publicUrl: config.TRIFACE_PUBLIC_URL,
    maxImageBytes: config.TRIFACE_MAX_IMAGE_BYTES,
    maxPacketBytes: config.TRIFACE_MAX_PACKET_BYTES,
    origins: config.TRIFACE_CAPTURE_ORIGINS,
  });
  await app.register(faceLiveness, {
    prefix: '/api/v1',
    scans,
    authenticator,
    fetcher,
    maxImageBytes: config.TRIFACE_MAX_IMAGE_BYTES,
    aliases: config.TRIFACE_FACE_LIVENESS_ALIASES,
  });
  const { realm, tokens } = openIdentityOf(dependencies);
  await app.register(dms, { scans, tokens, realm, pathPrefix: config.TRIFACE_PATH_PREFIX });
  await app.register(triface, { scans, persons, authenticator, capture, captureOrigins: config.TRIFACE_CAPTURE_ORIGINS });
  if (captureSite) await app.register(captureFiles, { prefix: '/triface/capture', ...captureSite });
  return app;
}

/** Contract C's OpenID: the embedded provider, the outside one, or both. */
function openIdentityOf({ config, store, accounts, authenticator, keys }: AppDependencies) {
  const realm = config.TRIFACE_OIDC_EMBEDDED
    ? makeEmbeddedRealm({
        store,
        accounts,
        authenticator,
        keys: keys.openid,
        cookieSecret: keys.cookieSecret,
        realm: config.TRIFACE_REALM,
        publicUrl: config.TRIFACE_PUBLIC_URL,
        passwordGrant: config.TRIFACE_PASSWORD_GRANT,
      })
    : undefined;
  const outside =
    config.TRIFACE_OIDC_ISSUER === ''
      ? undefined
      : new OutsideProvider({
          issuer: config.TRIFACE_OIDC_ISSUER,
          audience: config.TRIFACE_OIDC_AUDIENCE,
          jwksUrl: config.TRIFACE_OIDC_JWKS_URL,
          companyClaim: config.TRIFACE_OIDC_COMPANY_CLAIM,
          rolesClaim: config.TRIFACE_OIDC_ROLES_CLAIM,
          rights: parseRightsMapping(config.TRIFACE_OIDC_RIGHTS),
          accounts: new OutsideAccounts({ store, accounts }),
        });
  return { realm, tokens: chooseVerifier(realm?.tokens, outside) };
}
