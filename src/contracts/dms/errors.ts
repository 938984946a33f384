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
