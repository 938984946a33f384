import ipaddr from 'ipaddr.js';
import type { Origins } from '../base/origins.js';

/**
 * Reads `*`, `none` or a comma-separated list of origins, and spells each as browsers send it (`https://Shop.example:443` is
 * `https://shop.example`).
 * @throws Error naming the entry that is not an origin
 */
export function parseOrigins(text: string): Origins {
  if (text === '*') return '*';
  if (text === 'none') return [];
  return splitList(text).map((entry) => {
    const url = URL.canParse(entry) ? new URL(entry) : undefined;
    if (!url || !/^https?:\/\/[^/?#@\s]+$/i.test(entry))
      throw new Error(`"${entry}" is not an origin such as https://shop.example`);
    return url.origin;
  });
}

/** Names that Fastify's trustProxy has for ranges: this machine, link-local, and private addresses. */
const namedRanges = ['loopback', 'linklocal', 'uniquelocal'];

/**
 * Reads a comma-separated list of addresses and ranges (`10.0.0.0/8`).
 * @throws Error naming the entry that is neither
 */
export function parseProxies(text: string): readonly string[] {
  if (text === '') return [];
  return splitList(text).map((entry) => {
    if (!namedRanges.includes(entry) && !isAddressOrRange(entry))
      throw new Error(`"${entry}" is not an IP address or a range such as 10.0.0.0/8`);
    return entry;
  });
}

function isAddressOrRange(entry: string): boolean {
  const [address, size, ...others] = entry.split('/');
  if (!ipaddr.isValid(address!) || others.length > 0) return false;
  if (size === undefined) return true;
  const bits = ipaddr.parse(address!).kind() === 'ipv4' ? 32 : 128;
  return /^\d{1,3}$/.test(size) ? Number(size) <= bits : ipaddr.IPv4.isValidFourPartDecimal(size);
}

/**
 * Checks the memory for request bodies.
 * @throws Error if it is too small for any picture, and not 0
 */
export function parseIntake(bytes: number): number {
  if (bytes > 0 && bytes < 1_048_576) throw new Error('the value is invalid. Allowed: 0, or an integer of at least 1048576');
  return bytes;
}

const splitList = (text: string): string[] => text.split(',').map((entry) => entry.trim());
