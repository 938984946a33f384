import { CompactSign, type CryptoKey, compactVerify, exportJWK, generateKeyPair, importJWK, type JWK } from 'jose';

/** An erasure. It contains no personal data: the uuid was random and no longer refers to anything. */
export interface Erasure {
  /** uuid of the receipt */
  readonly id: string;
  /** uuid of the erased person */
  readonly person: string;
  readonly companyId: string;
  /** ISO 8601 */
  readonly erasedAt: string;
  /** account id, or `operator` */
  readonly erasedBy: string;
  /** rows and keys deleted */
  readonly counts: Readonly<Record<'persons' | 'enrolments' | 'pictures' | 'scans' | 'keys', number>>;
  /** sequence number of the gallery change that every process with templates in memory applies */
  readonly change: number;
}

/** Signs receipts (EdDSA, Ed25519, compact JWS). */
export class ReceiptSigner {
  private constructor(
    private readonly key: CryptoKey,
    private readonly publicKey: CryptoKey,
    /** verifies receipts: publish it, or keep it where the server cannot change it */
    readonly publicJwk: JWK,
  ) {}

  /** Creates the content of a key file. */
  static async makeKey(): Promise<string> {
    const { privateKey } = await generateKeyPair('EdDSA', { crv: 'Ed25519', extractable: true });
    return `${JSON.stringify(await exportJWK(privateKey))}\n`;
  }

  /** @throws if `content` is not the output of `makeKey` */
  static async parse(content: string): Promise<ReceiptSigner> {
    const jwk = JSON.parse(content) as JWK;
    const { d: _, ...publicJwk } = jwk;
    const read = async (half: JWK) => (await importJWK(half, 'EdDSA')) as CryptoKey;
    const signer = new ReceiptSigner(await read(jwk), await read(publicJwk), publicJwk);
    // Check that the two halves match: a damaged file can still parse.
    const probe = await new CompactSign(Buffer.from('probe')).setProtectedHeader({ alg: 'EdDSA' }).sign(signer.key);
    await compactVerify(probe, signer.publicKey);
    return signer;
  }

  sign(erasure: Erasure): Promise<string> {
    return new CompactSign(new TextEncoder().encode(JSON.stringify(erasure)))
      .setProtectedHeader({ alg: 'EdDSA', typ: 'triface-erasure+jws' })
      .sign(this.key);
  }

  /** Verifies a receipt. @returns its content @throws if it was not signed by this key */
  async verify(receipt: string): Promise<Erasure> {
    const { payload } = await compactVerify(receipt, this.publicKey, { algorithms: ['EdDSA'] });
    return JSON.parse(new TextDecoder().decode(payload)) as Erasure;
  }
}
