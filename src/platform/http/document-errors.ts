import { STATUS_CODES } from 'node:http';
import type { FastifyInstance, RouteOptions } from 'fastify';
import Type, { type TSchema } from 'typebox';

/** The schema of an error's body, by its status and route. */
export type ErrorSchemaOf = (status: number, route: RouteOptions) => TSchema;

/** An error response as openapi.yaml has it. */
export interface DocumentedError {
  readonly description: string;
  readonly headers?: Readonly<Record<string, TSchema & { readonly description?: string }>>;
  readonly content: Readonly<Record<string, { readonly schema: TSchema }>>;
}

/** Statuses that every route may answer, whatever it does. */
const always = [400, 405, 413, 417, 431, 500, 503];
/** Methods whose requests are answered without their body being read. */
const bodyless = new Set(['GET', 'HEAD']);

/**
 * Adds the errors that do not depend on the operation to the documentation of each route of a scope: of HTTP, of authentication, of
 * bodies, and of the server's own state. What a route documents itself comes first. Call it before the routes are registered; a
 * nested scope that calls it again replaces the errors of the scope around it.
 */
export function documentErrors(app: FastifyInstance, schemaOf: ErrorSchemaOf): void {
  app.addHook('onRoute', (route) => {
    const { schema } = route;
    if (!schema || schema.hide) return;
    const stated = statedBy.get(route) ?? (schema.response as Record<string, TSchema> | undefined) ?? {};
    statedBy.set(route, stated);
    const response: Record<string, unknown> = { ...stated };
    for (const [status, body] of Object.entries(stated))
      if (Number(status) >= 400 && !('content' in body)) response[status] = documentError(Number(status), body);
    for (const status of listStatuses(route)) response[status] ??= documentError(status, schemaOf(status, route));
    route.schema = { ...schema, response };
  });
}

/** What the routes document themselves. */
const statedBy = new WeakMap<RouteOptions, Readonly<Record<string, TSchema>>>();

function listStatuses({ method, schema, url }: RouteOptions): number[] {
  const security = (schema as { security?: readonly Record<string, unknown>[] }).security ?? [];
  return [
    ...always,
    ...(security.length > 0 ? [401, 403] : []),
    // Basic authentication is an attempt with a password.
    ...(security.some((scheme) => 'faceLiveness' in scheme) ? [429] : []),
    ...(url.includes('/:') ? [404] : []),
    ...(bodyless.has(String(method)) ? [] : [408, 415]),
  ];
}

/** The headers of an error, by its status. */
const headers: Readonly<Record<number, NonNullable<DocumentedError['headers']>>> = {
  401: { 'www-authenticate': Type.String() },
  405: { allow: Type.String({ description: 'the methods of this path' }) },
  429: { 'retry-after': Type.String({ description: 'seconds' }) },
  503: { 'retry-after': Type.String({ description: 'seconds' }) },
};

/** An error of a status as openapi.yaml has it. @param contentType of its body */
export const documentError = (status: number, schema: TSchema, contentType = 'application/json'): DocumentedError => ({
  description: STATUS_CODES[status] ?? 'Error',
  ...(headers[status] && { headers: headers[status] }),
  content: { [contentType]: { schema } },
});

/** An answer that is a file of one of these types, as openapi.yaml has it. */
export const filesOf = (description: string, ...contentTypes: readonly string[]): object => ({
  description,
  content: Object.fromEntries(contentTypes.map((type) => [type, { schema: Type.Unsafe({}) }])),
});
