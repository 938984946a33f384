import { isIP } from 'node:net';
import proxyAddr from '@fastify/proxy-addr';
import type { FastifyRequest } from 'fastify';
import ipaddr from 'ipaddr.js';

/**
 * The client's IP address: the last one that no trusted proxy reports of another, without port and zone, in its usual spelling
 * (`2001:DB8:0::1` and `2001:db8::1` are one, and `::ffff:203.0.113.8` is 203.0.113.8). A proxy may report
 * something else, such as `unknown`: then it is that proxy's own address, so that inventing names does not make a client another
 * one.
 */
export function clientAddress({ ip, ips }: Pick<FastifyRequest, 'ip' | 'ips'>): string {
  for (const entry of (ips ?? [ip]).toReversed()) {
    const address = bareAddress(entry);
    if (address !== undefined) return ipaddr.process(address).toString();
  }
  return '';
}

/**
 * The value for Fastify's `trustProxy`: entries of X-Forwarded-For are compared without their port, which some proxies add
 * (Azure Application Gateway).
 * @param proxies addresses, ranges and names such as `loopback`
 */
export function trustProxies(proxies: readonly string[]): (entry: string, hop?: number) => boolean {
  if (proxies.length === 0) return () => false;
  const isTrusted = proxyAddr.compile([...proxies]);
  return (entry, hop = 0) => isTrusted(bareAddress(entry) ?? entry, hop);
}

/**
 * The address in `203.0.113.8`, `203.0.113.8:40001`, `2001:db8::1`, `[2001:db8::1]:40001` or `fe80::1%eth0`; undefined if there is
 * none.
 */
function bareAddress(entry: string | undefined): string | undefined {
  const text = (entry ?? '')
    .trim()
    .replace(/^"(.*)"$/, '$1')
    .trim();
  const [, bracketed] = /^\[([^\]]*)\](?::\d*)?$/.exec(text) ?? [];
  const [, withPort] = /^(.*):\d+$/.exec(text) ?? [];
  const found = [bracketed, text, withPort].find((candidate) => candidate !== undefined && isIP(candidate) !== 0);
  return found?.replace(/%.*$/, '');
}
