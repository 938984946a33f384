import fc from 'fast-check';
import t from 'tap';
import { loadConfig } from '../../src/config/load.js';
import { ConfigSchema } from '../../src/config/schema.js';
import { findServiceLinks } from '../../src/config/service-links.js';

interface Service {
  readonly name: string;
  readonly address: string;
  readonly ports: readonly {
    readonly port: number;
    readonly name?: string | undefined;
    readonly protocol: 'TCP' | 'UDP' | 'SCTP';
  }[];
}

const spell = (name: string): string => name.toUpperCase().replaceAll('-', '_');

/** What the kubelet sets for a Service, as its documentation describes ("Accessing the Service", environment variables). */
function linksOf({ name, address, ports }: Service): Record<string, string> {
  const prefix = spell(name);
  const place = address.includes(':') ? `[${address}]` : address;
  const env: Record<string, string> = {
    [`${prefix}_SERVICE_HOST`]: address,
    [`${prefix}_SERVICE_PORT`]: String(ports[0]!.port),
    [`${prefix}_PORT`]: `${ports[0]!.protocol.toLowerCase()}://${place}:${ports[0]!.port}`,
  };
  for (const { port, name: portName, protocol } of ports) {
    if (portName !== undefined) env[`${prefix}_SERVICE_PORT_${spell(portName)}`] = String(port);
    const scheme = protocol.toLowerCase();
    env[`${prefix}_PORT_${port}_${protocol}`] = `${scheme}://${place}:${port}`;
    env[`${prefix}_PORT_${port}_${protocol}_PROTO`] = scheme;
    env[`${prefix}_PORT_${port}_${protocol}_PORT`] = String(port);
    env[`${prefix}_PORT_${port}_${protocol}_ADDR`] = address;
  }
  return env;
}

const label = fc.stringMatching(/^[a-z0-9]([-a-z0-9]{0,10}[a-z0-9])?$/);
const service: fc.Arbitrary<Service> = fc.record({
  name: fc.oneof(
    fc.constantFrom('triface', 'triface-db', 'triface-2', 'triface-service', 'triface-port', 'triface-admin', 'triface-realm'),
    label.map((ending) => `triface-${ending}`),
  ),
  address: fc.oneof(fc.ipV4(), fc.constantFrom('fd00:10:96::a', '2001:db8::1')),
  ports: fc.array(
    fc.record({
      port: fc.integer({ min: 1, max: 65_535 }),
      name: fc.option(fc.stringMatching(/^[a-z]([-a-z0-9]{0,12}[a-z0-9])?$/), { nil: undefined }),
      protocol: fc.constantFrom('TCP', 'UDP', 'SCTP'),
    }),
    { minLength: 1, maxLength: 4 },
  ),
});

const loads = (env: Record<string, string>): boolean => {
  try {
    loadConfig(env);
    return true;
  } catch {
    return false;
  }
};

t.test('what Kubernetes sets for Services is no fault, beside settings', async () => {
  fc.assert(
    fc.property(fc.uniqueArray(service, { selector: ({ name }) => name, minLength: 1, maxLength: 3 }), (services) => {
      const links = Object.assign({}, ...services.map(linksOf)) as Record<string, string>;
      return loadConfig({ ...links, TRIFACE_REALM: 'x', PORT: '81' }).TRIFACE_REALM === 'x';
    }),
  );
});

t.test('beside them, misspelt settings are still refused, and values that do not fit', async () => {
  fc.assert(
    fc.property(
      service,
      fc.constantFrom('TRUST_PROXI', 'REALM_PORTT', 'PORT_X', 'URL', 'SERVICE', 'SERVICE_HOSTS'),
      (made, ending) => {
        const name = `${spell(made.name)}_${ending}`;
        if (name in ConfigSchema.properties) return true;
        try {
          loadConfig({ ...linksOf(made), [name]: '8080' });
          return false;
        } catch (error) {
          const { message } = error as Error;
          return message.includes(`${name} is not a setting`) && message.split('\n').length === 1;
        }
      },
    ),
  );
  fc.assert(
    fc.property(service, fc.nat(), (made, index) => {
      const links = linksOf(made);
      const names = Object.keys(links);
      const name = names[index % names.length]!;
      return !loads({ ...links, [name]: 'x' });
    }),
  );
});

t.test('a part of a link, or a value of another kind, is refused', async (t) => {
  const host = { TRIFACE_SERVICE_HOST: '10.0.0.1' };
  const url = { TRIFACE_PORT: 'tcp://10.0.0.1:80' };
  t.ok(loads({ ...host, ...url }));
  const refused: Record<string, string>[] = [
    { TRIFACE_PORT: '8080' },
    url,
    host,
    { ...host, TRIFACE_PORT: '8080' },
    { ...host, TRIFACE_PORT: 'tcp://10.0.0.2:80' },
    { ...host, TRIFACE_PORT: 'http://10.0.0.1:80' },
    { ...host, TRIFACE_PORT: 'tcp://10.0.0.1:0' },
    { ...host, TRIFACE_PORT: 'tcp://10.0.0.1:65536' },
    { TRIFACE_SERVICE_HOST: 'localhost', TRIFACE_PORT: 'tcp://localhost:80' },
    { TRIFACE_SERVICE_HOST: '10.1', TRIFACE_PORT: 'tcp://10.1:80' },
    { TRIFACE_REALM_PORT: '5' },
    { TRIFACE_TRUST_PROXI: '10.0.0.1' },
    { ...host, ...url, TRIFACE_SERVICE_PORT: '0' },
    { ...host, ...url, TRIFACE_PORT_80_TCP_ADDR: '10.0.0.2' },
    { ...host, ...url, TRIFACE_PORT_80_TCP_PROTO: 'udp' },
    { ...host, ...url, TRIFACE_PORT_80_TCP: 'tcp://10.0.0.1:81' },
    { ...host, ...url, TRIFACE_PORT_80_ICMP: 'icmp://10.0.0.1:80' },
    { ...host, ...url, TRIFACE_DB_PORT: 'tcp://10.0.0.1:80' },
    // Docker's links: deprecated, and with the other container's own variables.
    { ...url, TRIFACE_NAME: '/app/triface', TRIFACE_ENV_PATH: '/bin' },
  ];
  for (const env of refused) t.notOk(loads(env), JSON.stringify(env));
});

t.test('no setting has a name that a Service can give to a variable', async (t) => {
  const endings = /_(SERVICE_HOST|SERVICE_PORT(_[A-Z0-9_]+)?|PORT|PORT_\d+_(TCP|UDP|SCTP)(_(PROTO|PORT|ADDR))?)$/;
  t.same(
    Object.keys(ConfigSchema.properties).filter((name) => endings.test(name)),
    [],
  );
  t.equal(findServiceLinks(linksOf({ name: 'a', address: '::1', ports: [{ port: 1, protocol: 'TCP' }] })).size, 7);
});
