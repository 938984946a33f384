import { createHmac, hkdfSync, timingSafeEqual } from 'node:crypto';
import type { Caller } from '../../identity/caller.js';

/** What a signed URL of a picture permits. */
export interface PicturePermit {
  /** uuid of the only picture that may be read */
  readonly picture: string;
  /** in whose name; the account must still have the credentials and rights that it had */
  readonly accountId: string;
  readonly credentialVersion: number;
}

/**
 * Signatures for the URLs of persons' pictures, so that `<img>`, which cannot send a token, can show them. Replicas share the secret, and
 * so accept each other's.
 */
export class PictureUrls {
  readonly #key: Uint8Array;

  /** @param seconds how long a signature is valid; 0: none is given or accepted */
  constructor(
    secret: Uint8Array,
    private readonly seconds: number,
  ) {
    this.#key = new Uint8Array(hkdfSync('sha256', secret, '', 'triface: URLs of pictures of persons', 32));
  }

  /** The query of a picture's URL for a caller, with a question mark; empty if URLs are not signed. */
  query({ accountId, credentialVersion }: Caller, picture: string): string {
    if (this.seconds === 0) return '';
    const expires = Math.floor(Date.now() / 1000) + this.seconds;
    const content = Buffer.from(JSON.stringify([expires, picture, accountId, credentialVersion])).toString('base64url');
    return `?signature=${content}.${this.#sign(content)}`;
  }

  /** @returns undefined if the signature is forged, expired, or not accepted at all */
  verify(signature: string): PicturePermit | undefined {
    const [content = '', sent = ''] = signature.split('.');
    const [given, right] = [Buffer.from(sent), Buffer.from(this.#sign(content))];
    if (this.seconds === 0 || given.length !== right.length || !timingSafeEqual(given, right)) return undefined;
    const [expires, picture, accountId, credentialVersion] = JSON.parse(Buffer.from(content, 'base64url').toString());
    return Date.now() / 1000 < expires ? { picture, accountId, credentialVersion } : undefined;
  }

  #sign(content: string): string {
    return createHmac('sha256', this.#key).update(content).digest('base64url');
  }
}
