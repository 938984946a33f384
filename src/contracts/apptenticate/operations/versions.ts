import type { FastifyRequest } from 'fastify';
import type { Right } from '../../../identity/caller.js';
import type { ApiTokens } from '../authentication.js';

/** The versions under which recognition is served: the vendor's newest, and those before. */
export const versions = ['v3.2', 'v3', 'v2'] as const;

/** An operation's name for one version, unique in openapi.yaml. */
export const operationId = (name: string, version: string): string => `${name}_${version.replace('.', '_')}`;

/** The hook that lets in callers with these rights. */
export const requireRights =
  (tokens: ApiTokens, ...rights: readonly Right[]) =>
  async (request: FastifyRequest): Promise<void> => {
    request.caller = await tokens.authenticate(request, ...rights);
  };
