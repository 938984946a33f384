/**
 * The scopes of a request, as the server stores them. Keycloak's default scopes `profile`, `email` and `roles` are granted to everyone.
 * Only `openid` makes a difference. Unknown scopes are dropped.
 * @param wanted separated by spaces; absent or empty: the default ones
 */
export const grantedScope = (wanted: string | null | undefined): string =>
  wanted?.split(' ').includes('openid') ? 'openid profile email roles' : 'profile email roles';

/** The `scope` that clients see of those granted. As in Keycloak, `roles` is granted and not shown. */
export const shownScope = (granted: string | undefined): string => grantedScope(granted).replace(/ roles$/, '');
