import { PasswordHasher } from '../../src/identity/password-hasher.js';

const hashes = new Map<string, Promise<string>>();

/** The real hasher, which hashes each password once per test file: the accounts of a file share a few passwords. */
export class ReusingHasher extends PasswordHasher {
  override hash(password: string): Promise<string> {
    let hash = hashes.get(password);
    if (!hash) {
      hash = super.hash(password);
      hashes.set(password, hash);
    }
    return hash;
  }
}
