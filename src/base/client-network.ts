import ipaddr from 'ipaddr.js';

/**
 * The network by which a client is counted: an IPv4 address, or the /64 of an IPv6 address, which usually belongs to one subscriber.
 * What is not an address counts as one network, so that inventing others gives nobody a further share.
 */
export function clientNetwork(address: string): string {
  if (!ipaddr.isValid(address)) return '';
  const parsed = ipaddr.process(address);
  return parsed instanceof ipaddr.IPv6 ? parsed.parts.slice(0, 4).join(':') : parsed.toString();
}
