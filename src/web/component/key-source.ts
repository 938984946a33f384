import { type EncryptionKey, fetchKey, readKey } from './encryption-key.js';

/** Ms for which the server's key is kept: keys rotate. */
const validFor = 600_000;

/** The key to seal with: the one that the page has set, or otherwise the one that the server publishes. */
export class KeySource {
  private given: Promise<EncryptionKey> | undefined;
  private loaded: Promise<EncryptionKey> | undefined;

  /** Sets the page's own key. @param key in one of the forms of `readKey` */
  set(key: unknown, keyId?: string): void {
    this.given = readKey(key, keyId);
    this.given.catch(() => {});
  }

  /** @param sdkPath folder URL of the server, ends with / @throws CaptureError; a later call loads the server's key again */
  load(sdkPath: string): Promise<EncryptionKey> {
    if (this.given) return this.given;
    if (!this.loaded) {
      const loading = fetchKey(sdkPath);
      const forget = (): void => {
        if (this.loaded === loading) this.loaded = undefined;
      };
      loading.then(() => setTimeout(forget, validFor), forget);
      this.loaded = loading;
    }
    return this.loaded;
  }
}
