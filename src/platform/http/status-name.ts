import { STATUS_CODES } from 'node:http';

/** The name of a status as an error code in small letters, for example `payload-too-large`. */
export const lowerStatusName = (status: number): string =>
  (STATUS_CODES[status] ?? 'Bad Request').toLowerCase().replaceAll(/[^a-z]+/g, '-');

/** The name of a status as an error code in capital letters, for example `PAYLOAD_TOO_LARGE`. */
export const upperStatusName = (status: number): string => lowerStatusName(status).toUpperCase().replaceAll('-', '_');
