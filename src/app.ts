import type { Server } from 'node:http';
import helmet from '@fastify/helmet';
import type { TypeBoxTypeProvider } from '@fastify/type-provider-typebox';
import Fastify, { type FastifyBaseLogger, type FastifyInstance, type FastifyReply } from 'fastify';
import type { TSchema } from 'typebox';
import type { AnalysisEngine } from './analysis/engine.js';
import { ChangeLog } from './audit/change-log.js';
import { createCaptureService } from './capture/capture-service.js';
import type { Config } from './config/schema.js';
import { apptenticate } from './contracts/apptenticate/index.js';
import { describeExport } from './contracts/dms/export-format.js';
import { dms, errorSchemaOf, renderError, renderNotAllowed, renderNotFound } from './contracts/dms/index.js';
import type { RecordExport } from './contracts/dms/operations/scan-routes.js';
import { Walks } from './contracts/dms/walks.js';
import { faceLiveness } from './contracts/face-liveness/index.js';
import { triface } from './contracts/triface/index.js';
import type { GalleryParts } from './gallery/gallery-parts.js';
import { createGalleryService } from './gallery/gallery-service.js';
import type { TemplateSearch } from './gallery/template-search.js';
import type { Accounts } from './identity/accounts.js';
import type { Authenticator } from './identity/authenticate.js';
import { ClientOrigins } from './identity/openid/client-origins.js';
import { OpenIdClients } from './identity/openid/clients.js';
import { makeEmbeddedRealm } from './identity/openid/embedded-realm.js';
import { OutsideAccounts } from './identity/openid/outside-accounts.js';
import { OutsideProvider } from './identity/openid/outside-provider.js';
import { StoredEntities } from './identity/openid/stored-entities.js';
import { chooseVerifier } from './identity/openid/token-verifiers.js';
import type { Keys } from './keys/keys.js';
import { addBodyParsers } from './platform/body-parsers.js';
import { compileFloatJson } from './platform/float-json.js';
import { addHealthRoutes, type ReadinessCheck } from './platform/health.js';
import { addAdmission } from './platform/http/admission.js';
import { addAnswerHeaders } from './platform/http/answer-headers.js';
import { trustProxies } from './platform/http/client-address.js';
import { refuseEncodedBodies } from './platform/http/content-encoding.js';
import { addCrossOriginAccess } from './platform/http/cross-origin.js';
import { documentErrors } from './platform/http/document-errors.js';
import { addIntakeLimit } from './platform/http/intake.js';
import { KnownPaths } from './platform/http/known-paths.js';
import { logAborted } from './platform/http/log-aborted.js';
import { answerMalformedUrl } from './platform/http/malformed-url.js';
import { addHeadChecks } from './platform/http/request-head.js';
import { nameRequest } from './platform/http/request-id.js';
import { addMetrics } from './platform/metrics.js';
import { formOverhead } from './platform/read-form.js';
import type { ImageFetcher } from './platform/safe-fetch/image-fetcher.js';
import { createScanService } from './scans/scan-service.js';
import type { Store } from './storage/store.js';
import { transact } from './storage/transaction.js';
import { type CaptureFilesOptions, captureFiles } from './web/capture-files.js';
import './platform/route-config.js';

/** The parts that the routes use. `server/start-server.ts` opens and closes them. */
export interface AppDependencies {
  readonly config: Config;
  /** for the requests; see `createLogger` */
  readonly log: FastifyBaseLogger;
  /** listens already; its requests reach the app by `app.routing`. Absent: requests are injected */
  readonly server?: Server;
  /** the largest size of all request bodies in memory together, in bytes */
  readonly intakeBytes: number;
  readonly engine: AnalysisEngine;
  readonly store: Store;
  readonly accounts: Accounts;
  readonly authenticator: Authenticator;
  readonly keys: Keys;
  readonly fetcher: ImageFetcher;
  readonly gallery: GalleryParts;
  /** searches the templates, in memory or in PostgreSQL */
  readonly search: TemplateSearch;
  /** checks without which no request may be answered, since the answer could be wrong; they are quick */
  readonly standing: Readonly<Record<string, ReadinessCheck>>;
  /** files of the capture component; absent: they are not served */
  readonly captureSite?: CaptureFilesOptions;
  /** the largest number of PostgreSQL connections that the server opens, for the metrics */
  readonly maxConnections?: number;
  /** whether the server was told to stop, and only serves what still comes */
  readonly isStopping?: () => boolean;
  /** whether expired data is kept because the time leapt; for metrics */
  readonly isRetentionHeld?: () => boolean;
  /** called before the first route is registered */
  readonly observeRoutes?: (app: FastifyInstance) => Promise<unknown>;
}

/** Builds the app with every plugin and route. It does not listen. */
export async function buildApp(dependencies: AppDependencies): Promise<FastifyInstance> {
  const { config, log, intakeBytes, server, engine, store, accounts, authenticator, keys, fetcher } = dependencies;
  const { gallery, search, standing, captureSite, observeRoutes, isStopping, isRetentionHeld, maxConnections } = dependencies;
  const isTrustedProxy = trustProxies(config.TRIFACE_TRUST_PROXY);
  const app = Fastify({
    loggerInstance: log,
    ...(server && { serverFactory: () => server }),
    genReqId: (request) => nameRequest(request, isTrustedProxy),
    trustProxy: isTrustedProxy,
    bodyLimit: config.TRIFACE_MAX_IMAGE_BYTES + formOverhead,
    return503OnClosing: true,
    // The default of 10 s is too short for a start on a busy machine.
    pluginTimeout: 120_000,
    // The listener answers what is not HTTP (broken-request.ts).
    clientErrorHandler: () => {},
    frameworkErrors: (error, request, reply) => answerMalformedUrl(error, request, reply as FastifyReply),
    routerOptions: { ignoreTrailingSlash: true },
    // Clients' values are validated as sent: a string is not a number.
    // Our own schemas need no validation: compiling the schema of schemas takes a tenth of a second of each start.
    ajv: {
      customOptions: { coerceTypes: false, removeAdditional: false, useDefaults: false, meta: false, validateSchema: false },
    },
  }).withTypeProvider<TypeBoxTypeProvider>();
  // Responses keep the fields and the order of the vendor's contract. The schemas say which numbers are floats, and otherwise only
  // describe them; tests compare the two.
  app.setSerializerCompiler(({ schema }) => compileFloatJson(schema as TSchema));
  app.decorateRequest('caller');
  app.decorate('pathPrefix', config.TRIFACE_PATH_PREFIX);
  app.decorate('isTrustedProxy', isTrustedProxy);
  app.setErrorHandler(renderError);
  // No route has this method. Fastify would ask for its Content-Type before it answers that.
  app.addHttpMethod('QUERY', { hasBody: false, overrideExisting: true });
  app.decorate('knownPaths', new KnownPaths());
  app.knownPaths.refuseOtherMethods(app);
  app.knownPaths.setNotFound(app, renderNotFound);
  app.knownPaths.collect(app, renderNotAllowed);
  addAnswerHeaders(app, isStopping);
  logAborted(app);

  // Clients count where they can log in: with the embedded provider.
  const clients = config.TRIFACE_OIDC_EMBEDDED ? new OpenIdClients({ store, accounts }) : undefined;
  addCrossOriginAccess(app, {
    clients: new ClientOrigins(clients, (err) => log.error({ err }, 'the origins of the OpenID clients cannot be read')),
    ...{ origins: config.TRIFACE_ORIGINS, captureOrigins: config.TRIFACE_CAPTURE_ORIGINS },
  });
  addHeadChecks(app);
  // Before the limit of bodies: refusing by headers alone is the cheapest.
  addAdmission(app, (accountId) => engine.enter(accountId));
  refuseEncodedBodies(app);
  addIntakeLimit(app, {
    bytes: intakeBytes,
    startSeconds: config.TRIFACE_UPLOAD_START_SECONDS,
    leastRate: config.TRIFACE_UPLOAD_LEAST_RATE,
    totalSeconds: config.TRIFACE_UPLOAD_TOTAL_SECONDS,
  });

  await app.register(helmet);
  await observeRoutes?.(app);
  documentErrors(app, errorSchemaOf);
  await addBodyParsers(app);

  const load = () => ({ ...engine.state, place: engine, isRetentionHeld: isRetentionHeld?.() ?? false });
  const metrics = addMetrics(app, load, engine.livenessModels, maxConnections);
  const scans = createScanService({ engine, store, masterKeys: gallery.masterKeys }, ({ verdict, scan }) =>
    metrics.countAssessment({
      contract: scan.contract,
      outcome: scan.outcome,
      finding: scan.finding ?? 'none',
      uncertain: verdict.uncertain,
      seconds: scan.elapsedMs / 1000,
    }),
  );
  const capture = createCaptureService({
    scans,
    store,
    keys: keys.capture,
    maxPacketBytes: config.TRIFACE_MAX_PACKET_BYTES,
    maxAgeSeconds: config.TRIFACE_PACKET_MAX_AGE_SECONDS,
    maxPixels: config.TRIFACE_MAX_IMAGE_PIXELS,
  });
  const persons = createGalleryService(gallery, { assessor: capture, search });
  const loadCaller = (accountId: string, credentialVersion: number) => accounts.loadCaller(accountId, credentialVersion);
  const checks = {
    models: () => {
      if (engine.state.ready === 0) throw new Error('no inference worker is ready');
    },
    database: () => store.check(),
    search: () => search.check(),
    ...standing,
  };
  addHealthRoutes(app, checks, isStopping, () => engine);
  await app.register(async (app) => {
    app.addHook('onRequest', async () => {
      for (const check of Object.values(standing)) await check();
    });
    await app.register(apptenticate, {
      prefix: '/api',
      persons,
      authenticator,
      jwtSecret: keys.jwtSecret,
      loadCaller,
      capture,
      rejectionStatus: config.TRIFACE_REJECTION_STATUS,
      publicUrl: config.TRIFACE_PUBLIC_URL,
      maxImageBytes: config.TRIFACE_MAX_IMAGE_BYTES,
      maxPacketBytes: config.TRIFACE_MAX_PACKET_BYTES,
      pictureUrlSeconds: config.TRIFACE_PICTURE_URL_SECONDS,
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
    const walks = new Walks(new StoredEntities(store.db, 'Walk', store.now));
    const recordExport: RecordExport = ({ accountId, companyId, route, ...exported }) =>
      transact(store.db, (db) =>
        new ChangeLog(gallery.audit, accountId, { via: 'http', route }).record(db, {
          ...{ action: 'scan.export', companyId, subject: null },
          more: describeExport(exported),
        }),
      );
    await app.register(dms, { scans, persons, walks, tokens, realm, recordExport, fields: config.TRIFACE_DMS_FIELDS });
    await app.register(triface, { scans, persons, authenticator, capture });
  });
  if (captureSite) await app.register(captureFiles, { prefix: '/triface/capture', ...captureSite });
  return app;
}

/** OpenID for contract C: the embedded provider, the external one, or both. */
function openIdentityOf({ config, store, accounts, authenticator, keys, gallery }: AppDependencies) {
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
          rights: config.TRIFACE_OIDC_RIGHTS,
          accounts: new OutsideAccounts({
            ...{ store, accounts },
            recorderOf: (route) => new ChangeLog(gallery.audit, 'outside-provider', { via: 'http', route }),
          }),
        });
  return { realm, tokens: chooseVerifier(realm?.tokens, outside) };
}
