import { isIP } from 'node:net';
import ipaddr from 'ipaddr.js';

/**
 * What kind of host an address belongs to: any host on the internet (`public`), a host of a private network (`private`), or one
 * that is never contacted (`never`).
 */
export type Reach = 'public' | 'private' | 'never';

/**
 * Ranges that a host listed by the operator may resolve to. Any other range that is not public is never contacted, even for
 * listed hosts.
 */
const privateRanges = new Set(['private', 'loopback', 'carrierGradeNat', 'uniqueLocal']);

/**
 * Metadata services of cloud providers, which give credentials to any client that can reach them. The link-local ones
 * (169.254.0.0/16) are excluded with their range; these have addresses in ranges that are otherwise public or private.
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

/** IPv6 addresses that are routed between networks (RFC 4291; IANA lists the rest as unassigned or special). */
const globalUnicast = ipaddr.IPv6.parseCIDR('2000::/3');
/** Well-known NAT64 prefix (RFC 6052): an IPv6-only network reaches all public IPv4 hosts through it. */
const nat64 = ipaddr.IPv6.parseCIDR('64:ff9b::/96');

/**
 * Classifies one address, as returned by a resolver or written in a URL.
 *
 * IPv6 forms that embed an IPv4 address (mapped, compatible, translated, 6to4, Teredo) are `never`, except below NAT64's
 * well-known prefix, where the embedded address is classified. Zone ids (`fe80::1%eth0`) and anything that is not a single plain
 * address are `never`.
 *
 * A network-specific NAT64 prefix in global unicast space cannot be distinguished from other addresses.
 */
export function judgeAddress(address: string): Reach {
  // Unlike ipaddr.js, isIP rejects octal, hexadecimal and short forms. It accepts zone ids, which are not wanted here.
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

/** The canonical spelling of an address, for comparisons. */
export function normalizeAddress(address: string): string {
  return ipaddr.process(address).toNormalizedString();
}
