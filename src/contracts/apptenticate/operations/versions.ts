import type { FastifyRequest } from 'fastify';
import type { Right } from '../../../base/settings/rights.js';
import type { ApiTokens } from '../authentication.js';

/** The API versions under which recognition is served: the vendor's current one and its predecessors. */
export const versions = ['v3.2', 'v3', 'v2'] as const;

/** The same, and the paths without a version, which the vendor's pages use for `nationals` and `foreigns`. */
export const documentVersions = [...versions, ''] as const;

/** Path of an operation below `/api`. @param version may be empty */
export const versionedPath = (version: string, operation: string): string =>
  `${version === '' ? '' : `/${version}`}/biometrics/${operation}`;

/** The operation id for one version, unique in openapi.yaml. */
export const operationId = (name: string, version: string): string =>
  version === '' ? name : `${name}_${version.replace('.', '_')}`;

/** A hook that admits only callers with these rights. */
export const requireRights =
  (tokens: ApiTokens, ...rights: readonly Right[]) =>
  async (request: FastifyRequest): Promise<void> => {
    request.caller = await tokens.authenticate(request, ...rights);
  };
