import { hkdfSync } from 'node:crypto';
import { EncryptJWT, errors, jwtDecrypt } from 'jose';
import type { AdapterPayload } from 'oidc-provider';

/** What is sealed, and for what. */
export interface SealedState {
  readonly model: string;
  readonly id: string;
  readonly payload: AdapterPayload;
}

/** Seals entities of the provider, so that browsers can keep them: they can neither read nor change them. */
export interface StateSealer {
  /**
   * The state as a JWE (`dir`, A256GCM), deflated.
   * @param expiresAt epoch milliseconds, rounded down to seconds
   */
  seal(state: SealedState, expiresAt: number): Promise<string>;
  /** @returns `undefined` if it is forged, expired, or not this entity's */
  open(sealed: string, model: string, id: string, now: number): Promise<AdapterPayload | undefined>;
}

/** @param secret shared by all servers of an installation */
export function makeStateSealer(secret: string): StateSealer {
  const key = new Uint8Array(hkdfSync('sha256', secret, '', 'triface: state of OpenID browsers', 32));
  return {
    seal: ({ model, id, payload }, expiresAt) =>
      new EncryptJWT({ payload })
        .setProtectedHeader({ alg: 'dir', enc: 'A256GCM', zip: 'DEF' })
        .setAudience(model)
        .setSubject(id)
        .setExpirationTime(Math.floor(expiresAt / 1000))
        .encrypt(key),
    async open(sealed, model, id, now) {
      try {
        const { payload } = await jwtDecrypt<{ payload: AdapterPayload }>(sealed, key, {
          keyManagementAlgorithms: ['dir'],
          contentEncryptionAlgorithms: ['A256GCM'],
          audience: model,
          subject: id,
          requiredClaims: ['exp'],
          currentDate: new Date(now),
        });
        return payload.payload;
      } catch (error) {
        if (error instanceof errors.JOSEError) return undefined;
        throw error;
      }
    },
  };
}
