import { lookup } from 'node:dns/promises';
import { isIP } from 'node:net';
import { bareHost } from '../../base/settings/image-hosts.js';
import { judgeAddress } from './address-reach.js';
import { type Admission, nameHost } from './host-rules.js';
import { ImageFetchError } from './image-fetch-error.js';

/** Resolves a host name to all its addresses. It may be slow or hang; callers limit the waiting themselves. */
export type Resolve = (hostname: string) => Promise<readonly string[]>;

/** Resolves with the system's resolver, including the hosts file. The order of the addresses is the resolver's. */
export const resolveWithSystem: Resolve = async (hostname) =>
  (await lookup(hostname, { all: true })).map(({ address }) => address);

/**
 * Resolves the host of a URL once and checks every address of the answer. If any address is not allowed, the whole answer is
 * rejected: such an answer is an attack or a mistake, and the connection might use any of the addresses.
 * @returns the checked addresses, at least one; a literal address is checked without being resolved
 * @throws ImageFetchError
 */
export async function resolveChecked(url: URL, admission: Admission, resolve: Resolve): Promise<readonly string[]> {
  const host = bareHost(url);
  const addresses = isIP(host) !== 0 ? [host] : [...new Set(await resolve(host))];
  if (addresses.length === 0) throw new ImageFetchError('unreachable', `${nameHost(url)} has no address`);
  for (const address of addresses) {
    const reach = judgeAddress(address);
    if (reach === 'never' || (reach === 'private' && admission !== 'listed'))
      throw new ImageFetchError('not-allowed', `${nameHost(url)} has an address that may not be called`);
  }
  return addresses;
}
