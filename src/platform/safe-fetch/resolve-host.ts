import { lookup } from 'node:dns/promises';
import { isIP } from 'node:net';
import { bareHost } from '../../base/settings/image-hosts.js';
import { judgeAddress } from './address-reach.js';
import { type Admission, nameHost } from './host-rules.js';
import { ImageFetchError } from './image-fetch-error.js';

/** Gives every address of a host name. It may be slow or hang: the caller stops waiting by itself. */
export type Resolve = (hostname: string) => Promise<readonly string[]>;

/** The system's resolver (hosts file included), every address, in the order it gives them. */
export const resolveWithSystem: Resolve = async (hostname) =>
  (await lookup(hostname, { all: true })).map(({ address }) => address);

/**
 * Resolves the host of a URL once and checks every address of the answer. One bad address spoils the answer: a mixed one is either an
 * attack or a mistake, and which of the addresses a connection would take is not ours to bet on.
 * @returns the checked addresses, at least one; a literal address is checked without a look-up
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
