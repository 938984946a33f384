import { STATUS_CODES } from 'node:http';
import type { FastifyRequest } from 'fastify';

/** An error response in Spring's format. */
export class SpringError extends Error {
  override name = 'SpringError';
  constructor(
    readonly status: number,
    message: string,
    readonly headers: Readonly<Record<string, string>> = {},
  ) {
    super(message);
  }
}

/** Spring Boot's error body. */
export const renderSpringError = (status: number, message: string, request: FastifyRequest) => ({
  timestamp: toSpringTime(Date.now()),
  status,
  error: STATUS_CODES[status] ?? 'Error',
  message,
  path: request.url.split('?')[0],
});

/** Epoch milliseconds as Spring's Jackson prints an instant, for example 2026-11-22T06:40:06.123+00:00. */
export const toSpringTime = (epochMs: number): string => new Date(epochMs).toISOString().replace('Z', '+00:00');

export const unauthorized = (): SpringError =>
  new SpringError(401, 'Full authentication is required to access this resource', { 'www-authenticate': 'Bearer' });
export const forbidden = (): SpringError => new SpringError(403, 'Access Denied');

/** A parameter that cannot be converted to its type, in Spring's words. */
export const unconvertible = (name: string, value: string): SpringError =>
  new SpringError(400, `Failed to convert '${name}' with value: '${value.slice(0, 100)}'`);

/** An OAuth2 error in Keycloak's format. */
export class OAuthError extends Error {
  override name = 'OAuthError';
  constructor(
    readonly status: number,
    readonly error: string,
    readonly description?: string,
    readonly headers: Readonly<Record<string, string>> = {},
  ) {
    super(error);
  }
}
