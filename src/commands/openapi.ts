import { writeFileSync } from 'node:fs';
import type { Command } from 'commander';
import { stringify } from 'yaml';
import { readVersion } from '../base/installation.js';
import { loadConfig } from '../config/load.js';
import type { JsonObject } from '../platform/hoist-components.js';
import type { DocumentedError } from '../platform/http/document-errors.js';
import { CommandError } from './command-error.js';

/** Placeholder for the engine, the store and the other parts: describing the routes must not call any of them. */
const absent = new Proxy({}, { get: (_, name) => (name === 'jwtSecret' ? Buffer.alloc(64) : undefined) }) as never;

/** Describes the routes as an OpenAPI document without references. */
export async function describeRoutes(): Promise<JsonObject> {
  const config = loadConfig({});
  const parts = {
    intakeBytes: 1,
    engine: absent,
    store: absent,
    accounts: absent,
    authenticator: absent,
    keys: absent,
    fetcher: absent,
    gallery: absent,
    search: absent,
    standing: {},
  };
  const { buildApp } = await import('../app.js');
  const { createLogger } = await import('../platform/request-log.js');
  const { addOpenApi } = await import('../platform/openapi.js');
  const log = createLogger('silent');
  const app = await buildApp({ config, log, ...parts, observeRoutes: (app) => addOpenApi(app, readVersion()) });
  await app.ready();
  const document = JSON.parse(JSON.stringify(app.swagger())) as JsonObject;
  await app.close();
  return { ...document, 'x-unknown-paths': await describeUnknownPaths(), 'x-unparsable-requests': await describeUnparsable() };
}

/** An error as the generator writes it. */
const describeError = ({ headers, ...error }: DocumentedError) => ({
  description: error.description,
  ...(headers && {
    headers: Object.fromEntries(
      Object.entries(headers).map(([name, { description, ...schema }]) => [
        name,
        { schema, ...(description && { description }) },
      ]),
    ),
  }),
  content: error.content,
});

/** How requests are answered that are not HTTP, so that no path is known. */
async function describeUnparsable(): Promise<JsonObject> {
  const { ErrorSchema } = await import('../contracts/triface/errors.js');
  const { documentError } = await import('../platform/http/document-errors.js');
  return describeErrors([400, 408, 413, 431], (status) => documentError(status, ErrorSchema));
}

const describeErrors = (statuses: readonly number[], of: (status: number) => DocumentedError): JsonObject =>
  JSON.parse(JSON.stringify(Object.fromEntries(statuses.map((status) => [status, describeError(of(status))])))) as JsonObject;

/** How requests are answered whose path no route has, by the longest beginning of the path. */
async function describeUnknownPaths(): Promise<JsonObject> {
  const { DetailSchema } = await import('../contracts/apptenticate/wire.js');
  const { RequestErrorSchema } = await import('../contracts/face-liveness/wire.js');
  const { OAuthErrorSchema, SpringErrorSchema } = await import('../contracts/dms/wire.js');
  const { ErrorSchema } = await import('../contracts/triface/errors.js');
  const { documentError } = await import('../platform/http/document-errors.js');
  const page = { 404: documentError(404, { type: 'string' }, 'text/plain') };
  const schemas = {
    '/': SpringErrorSchema,
    '/api/': DetailSchema,
    '/api/v1/': RequestErrorSchema,
    '/triface/v1/': ErrorSchema,
    '/triface/capture/': SpringErrorSchema,
    '/realms/': OAuthErrorSchema,
  };
  const answers = Object.entries(schemas).map(([path, schema]) => {
    const statuses = [400, 404, 417, 431, 500, 503, ...(path === '/api/v1/' ? [401, 429] : [])];
    const others: Readonly<Record<number, DocumentedError>> = path === '/triface/capture/' ? page : {};
    return [path, describeErrors(statuses, (status) => others[status] ?? documentError(status, schema))] as const;
  });
  return Object.fromEntries(answers);
}

/** Generates openapi.yaml from the route schemas. */
export async function generateOpenApi(): Promise<string> {
  const { hoistComponents } = await import('../platform/hoist-components.js');
  const text = stringify(hoistComponents(await describeRoutes()), { aliasDuplicateObjects: false });
  return `# Generated from the route schemas by \`npm run openapi\`. Do not edit.\n${text}`;
}

/** `triface openapi [--write FILE]`: prints openapi.yaml. */
export function addOpenApiCommand(program: Command): void {
  program
    .command('openapi')
    .option('--write <file>', 'write to a file instead')
    .action(async ({ write }: { write?: string }) => {
      const text = await generateOpenApi();
      if (write) writeFile(write, text);
      else process.stdout.write(text);
    });
}

/** @throws CommandError */
function writeFile(path: string, text: string): void {
  try {
    writeFileSync(path, text);
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    throw new CommandError(`${path} cannot be written (${code}); choose another file with --write`, { cause: error });
  }
}
