import { isIP } from 'node:net';

type Environment = Readonly<Record<string, string | undefined>>;

const hostEnding = '_SERVICE_HOST';

/**
 * Finds the variables that Kubernetes sets in every container of a namespace for each of its Services (`enableServiceLinks`): a
 * Service named `triface-db` becomes `TRIFACE_DB_SERVICE_HOST`, `TRIFACE_DB_PORT=tcp://10.0.0.1:5432` and others.
 *
 * A name alone is not enough, since a misspelt setting may have it: the Service's address and a URL with it must be there, and each value must
 * be the one that follows from them.
 * @returns the names of these variables
 */
export function findServiceLinks(env: Environment): Set<string> {
  const links = new Set<string>();
  for (const [name, host] of Object.entries(env)) {
    if (!name.endsWith(hostEnding) || host === undefined || isIP(host) === 0) continue;
    const service = name.slice(0, -hostEnding.length);
    const place = isIP(host) === 6 ? `[${host}]` : host;
    const found = Object.entries(env).flatMap(([other, value]) => {
      const ending = other.startsWith(`${service}_`) ? other.slice(service.length + 1) : undefined;
      return ending !== undefined && isLink(ending, value, host, place) ? [{ other, hasUrl: isUrlOf(place, value) }] : [];
    });
    // Not necessarily that of `…_PORT`: a Service `triface` sets TRIFACE_SERVICE_PORT, and so does one named `triface-service`.
    if (found.some(({ hasUrl }) => hasUrl)) for (const { other } of found) links.add(other);
  }
  return links;
}

/**
 * @param ending of the variable's name, behind the Service's name
 * @param place the host as it is written in a URL
 */
function isLink(ending: string, value: string | undefined, host: string, place: string): boolean {
  if (ending === 'SERVICE_HOST') return value === host;
  if (ending === 'PORT') return isUrlOf(place, value);
  // The second is that of a port with a name.
  if (ending === 'SERVICE_PORT' || /^SERVICE_PORT_[A-Z0-9_]+$/.test(ending)) return isPort(value);
  const [, port, protocol, part] = /^PORT_(\d+)_(TCP|UDP|SCTP)(?:_(PROTO|PORT|ADDR))?$/.exec(ending) ?? [];
  if (!isPort(port) || protocol === undefined) return false;
  const scheme = protocol.toLowerCase();
  const parts: Record<string, string | undefined> = { PROTO: scheme, PORT: port, ADDR: host };
  return value === (part === undefined ? `${scheme}://${place}:${port}` : parts[part]);
}

function isUrlOf(place: string, url: string | undefined): boolean {
  const [, scheme, port] = /^(tcp|udp|sctp):\/\/.*:(\d+)$/.exec(url ?? '') ?? [];
  return isPort(port) && url === `${scheme}://${place}:${port}`;
}

const isPort = (text: string | undefined): boolean => text !== undefined && /^[1-9]\d{0,4}$/.test(text) && Number(text) <= 65_535;
