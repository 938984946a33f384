/**
 * Rethrows what kept a login from being decided, as 500. Left as it is, @fastify/basic-auth would take it for a wrong password and write
 * 401 into it; the same error is what others get who asked with the same credentials at that moment.
 */
export function throwAsFailure(error: unknown): never {
  throw Object.assign(new Error('a login could not be decided', { cause: error }), { statusCode: 500 });
}
