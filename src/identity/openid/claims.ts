import { RIGHTS, type Right, type RightsMapping } from '../../base/settings/rights.js';

/** The rights granted by a token's roles. @param roles an array, or a string separated by spaces or commas */
export function mapRights(roles: unknown, mapping: RightsMapping): readonly Right[] {
  const words = typeof roles === 'string' ? roles.split(/[ ,]+/) : Array.isArray(roles) ? roles : [];
  const granted = new Set(['*', ...words].flatMap((role) => mapping.get(String(role)) ?? []));
  return Object.freeze(RIGHTS.filter((right) => granted.has(right)));
}

/** Reads a claim by name or by dotted path. A claim whose own name contains dots (a URL) takes precedence over the path. */
export function readClaim(claims: Readonly<Record<string, unknown>>, path: string): unknown {
  if (Object.hasOwn(claims, path)) return claims[path];
  let value: unknown = claims;
  for (const name of path.split('.')) {
    if (typeof value !== 'object' || value === null || !Object.hasOwn(value, name)) return undefined;
    value = (value as Record<string, unknown>)[name];
  }
  return value;
}
