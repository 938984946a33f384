/**
 * Rethrows a failure of authentication itself (such as a database error) with status 500. Without a status, @fastify/basic-auth takes it for
 * a wrong password and sets 401, also for concurrent requests with the same credentials, which share the error.
 */
export function throwAsFailure(error: unknown): never {
  throw Object.assign(new Error('the credentials could not be checked', { cause: error }), { statusCode: 500 });
}
