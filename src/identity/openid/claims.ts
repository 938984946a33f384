import { OperatorError } from '../../base/operator-error.js';
import { isRight, RIGHTS, type Right } from '../caller.js';

/** Maps a role of the provider to rights; `*` matches every valid token. */
export type RightsMapping = ReadonlyMap<string, readonly Right[]>;

/** An invalid mapping. `message` is for the operator. */
export class RightsMappingError extends OperatorError {
  override name = 'RightsMappingError';
}

/**
 * Reads `role=right right,role2=right`, for example `operator=liveness,auditor=scans:read`. If empty, each role grants the right
 * of the same name.
 * @throws RightsMappingError
 */
export function parseRightsMapping(text: string): RightsMapping {
  if (text.trim() === '') return new Map(RIGHTS.map((right) => [right, [right]]));
  return new Map(
    text.split(',').map((entry) => {
      const at = entry.lastIndexOf('=');
      const role = entry.slice(0, at).trim();
      const rights = entry
        .slice(at + 1)
        .trim()
        .split(/\s+/);
      if (at < 1 || role === '' || !rights.every(isRight))
        throw new RightsMappingError(
          `TRIFACE_OIDC_RIGHTS: write role=right or role=right right, separated by commas. Rights: ${RIGHTS.join(', ')}`,
        );
      return [role, rights] as const;
    }),
  );
}

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
