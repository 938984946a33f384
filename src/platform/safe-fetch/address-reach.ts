import { isIP } from 'node:net';
import ipaddr from 'ipaddr.js';

/** Who can be behind an address: anybody (`public`), only our own side (`private`), or nobody we will ever call (`never`). */
export type Reach = 'public' | 'private' | 'never';

/** Ranges an operator may mean when naming a host. Everything else that is not public is never called, listed or not. */
const privateRanges = new Set(['private', 'loopback', 'carrierGradeNat', 'uniqueLocal']);

/**
 * Services inside clouds that hand out credentials to whoever can reach them. The link-local ones (169.254.0.0/16) fall with their range;
 * these hide in ranges that look public or private.
 */
const metadataAddresses = new Set(
  [
    'fd00:ec2::254', // AWS
    'fd20:ce::254', // Google Cloud
    'fd00:42::42', // Scaleway
    '100.100.100.200', // Alibaba Cloud, in the carrier range
    '168.63.129.16', // Azure, in an ordinary public range
  ].map((address) => ipaddr.parse(address).toNormalizedString()),
);

/** IPv6 that is routed between networks at all (RFC 4291, IANA: the rest of the space is unassigned or special). */
const globalUnicast = ipaddr.IPv6.parseCIDR('2000::/3');
/** Well-known NAT64 prefix (RFC 6052): in an IPv6-only network every public IPv4 host is reached through it. */
const nat64 = ipaddr.IPv6.parseCIDR('64:ff9b::/96');

/**
 * Judges one address as a resolver or a URL gives it.
 *
 * IPv6 forms that carry an IPv4 address (mapped, compatible, translated, 6to4, Teredo) are `never`, save NAT64's well-known prefix,
 * which counts as the address inside. Zone ids (`fe80::1%eth0`) and anything that is not one plain address are `never`.
 *
 * A NAT64 prefix of the network's own, inside ordinary global space, cannot be told from any other address.
 */
export function judgeAddress(address: string): Reach {
  // isIP is strict (no octal, hex or short forms), unlike ipaddr.js; it takes zone ids, which we do not.
  if (isIP(address) === 0 || address.includes('%')) return 'never';
  const parsed = ipaddr.parse(address);
  if (metadataAddresses.has(parsed.toNormalizedString())) return 'never';
  const range = parsed.range();
  if (parsed instanceof ipaddr.IPv6) {
    if (parsed.match(nat64)) return judgeAddress(embeddedIPv4(parsed));
    if (range === 'unicast') return parsed.match(globalUnicast) ? 'public' : 'never';
  } else if (range === 'unicast') return 'public';
  return privateRanges.has(range) ? 'private' : 'never';
}

/** The IPv4 address in the last four bytes. */
function embeddedIPv4(address: ipaddr.IPv6): string {
  return new ipaddr.IPv4(address.toByteArray().slice(12)).toString();
}

/** One spelling for one address, so that two can be compared. */
export function normalizeAddress(address: string): string {
  return ipaddr.process(address).toNormalizedString();
}
