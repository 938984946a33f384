import { SettingError } from './setting-error.js';

/**
 * What an account may do. `liveness`: judge faces; `scans:…`: read and change its company's stored scans; `recognition`: compare
 * faces with persons; `persons:…`: read and change its company's persons.
 */
export const RIGHTS = ['liveness', 'scans:read', 'scans:write', 'recognition', 'persons:read', 'persons:write'] as const;

/** One of {@link RIGHTS}. */
export type Right = (typeof RIGHTS)[number];

/** Maps a role of an OpenID provider to rights; `*` matches every valid token. */
export type RightsMapping = ReadonlyMap<string, readonly Right[]>;

/** Whether `text` names a right. */
export function isRight(text: unknown): text is Right {
  return (RIGHTS as readonly unknown[]).includes(text);
}

/**
 * Reads `role=right right,role2=right`, for example `operator=liveness,auditor=scans:read`. If empty, each role grants the right
 * of the same name.
 * @throws SettingError
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
        throw new SettingError(`write role=right or role=right right, separated by commas. Rights: ${RIGHTS.join(', ')}`);
      return [role, rights] as const;
    }),
  );
}
