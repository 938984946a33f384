import { CompactSign, type CryptoKey, compactVerify, exportJWK, generateKeyPair, importJWK, type JWK } from 'jose';

/** What was erased. No personal data: the uuid was random and leads nowhere any more. */
export interface Erasure {
  /** uuid of the receipt */
  readonly id: string;
  /** uuid the person had */
  readonly person: string;
  readonly companyId: string;
  /** ISO 8601 */
  readonly erasedAt: string;
  /** account id, or `operator` */
  readonly erasedBy: string;
  /** rows and keys that are gone */
  readonly counts: Readonly<Record<'persons' | 'enrolments' | 'pictures' | 'scans' | 'keys', number>>;
  /** number of the change that every process holding templates in memory follows */
  readonly change: number;
}

/** Signs receipts (EdDSA, Ed25519, compact JWS). */
export class ReceiptSigner {
  private constructor(
    private readonly key: CryptoKey,
    /** verifies receipts: publish it, or keep it where the server cannot change it */
    readonly publicJwk: JWK,
  ) {}

  /** Content of a new key file. */
  static async makeKey(): Promise<string> {
    const { privateKey } = await generateKeyPair('EdDSA', { crv: 'Ed25519', extractable: true });
    return `${JSON.stringify(await exportJWK(privateKey))}\n`;
  }

  /** @throws when `content` is not what `makeKey` makes */
  static async parse(content: string): Promise<ReceiptSigner> {
    const jwk = JSON.parse(content) as JWK;
    const { d: _, ...publicJwk } = jwk;
    const signer = new ReceiptSigner((await importJWK(jwk, 'EdDSA')) as CryptoKey, publicJwk);
    // the two halves belong together: a damaged file can still parse
    const probe = await new CompactSign(Buffer.from('probe')).setProtectedHeader({ alg: 'EdDSA' }).sign(signer.key);
    await compactVerify(probe, await importJWK(publicJwk, 'EdDSA'));
    return signer;
  }

  sign(erasure: Erasure): Promise<string> {
    return new CompactSign(new TextEncoder().encode(JSON.stringify(erasure)))
      .setProtectedHeader({ alg: 'EdDSA', typ: 'triface-erasure+jws' })
      .sign(this.key);
  }

  /** What a receipt says. @throws when it was not signed by this key */
  async verify(receipt: string): Promise<Erasure> {
    const { payload } = await compactVerify(receipt, await importJWK(this.publicJwk, 'EdDSA'), { algorithms: ['EdDSA'] });
    return JSON.parse(new TextDecoder().decode(payload)) as Erasure;
  }
}
