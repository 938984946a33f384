import { STATUS_CODES } from 'node:http';

/** Spring Boot's error body. @param url path of the request, with or without a query */
export const renderSpringError = (status: number, message: string, url: string) => ({
  timestamp: toSpringTime(Date.now()),
  status,
  error: STATUS_CODES[status] ?? 'Error',
  message,
  path: url.split('?')[0],
});

/** Epoch milliseconds as Spring's Jackson prints an instant, for example 2026-11-22T06:40:06.123+00:00. */
export const toSpringTime = (epochMs: number): string => new Date(epochMs).toISOString().replace('Z', '+00:00');
