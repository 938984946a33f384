import Fastify from 'fastify';
import { test } from 'tap';
import { clientAddress, trustProxies } from '../../../src/platform/http/client-address.js';

test('the address of a client behind proxies', async (t) => {
  const app = Fastify({ trustProxy: trustProxies(['127.0.0.1', '10.0.0.0/8', 'fd00::/8']) });
  app.get('/', async (request) => ({ address: clientAddress(request) }));
  t.teardown(() => app.close());
  const find = async (forwarded: string | undefined, remoteAddress = '127.0.0.1') => {
    const headers = forwarded === undefined ? {} : { 'x-forwarded-for': forwarded };
    return (await app.inject({ url: '/', headers, remoteAddress })).json().address;
  };
  for (const [forwarded, address] of [
    [undefined, '127.0.0.1'],
    ['', '127.0.0.1'],
    ['203.0.113.8', '203.0.113.8'],
    ['203.0.113.8:40001', '203.0.113.8'],
    ['2001:db8::1', '2001:db8::1'],
    ['[2001:db8::1]', '2001:db8::1'],
    ['[2001:db8::1]:40001', '2001:db8::1'],
    ['"[2001:db8::1]:40001"', '2001:db8::1'],
    ['2001:db8:0:0:0:0:0:1:40001', '2001:db8::1'],
    ['fe80::1%eth0', 'fe80::1'],
    ['[fe80::1%25eth0]:5000', 'fe80::1'],
    ['::ffff:203.0.113.8', '203.0.113.8'],
    ['[::FFFF:203.0.113.8]:40001', '203.0.113.8'],
    ['2001:0DB8:0::0001', '2001:db8::1'],
    [' , 203.0.113.8 ,, 10.1.2.3,', '203.0.113.8'],
    ['203.0.113.8:40001, 10.1.2.3:5000', '203.0.113.8'],
    ['198.51.100.1, 203.0.113.8:40001, [fd00::1]:443, 10.1.2.3', '203.0.113.8'],
    // A proxy that does not say whose request it is stands for its clients.
    ['unknown', '127.0.0.1'],
    ['_made-up-17, 10.1.2.3:5000', '10.1.2.3'],
    ['203.0.113.8:port', '127.0.0.1'],
    ['203.0.113.008', '127.0.0.1'],
    ['1', '127.0.0.1'],
    ['[x]:1', '127.0.0.1'],
  ] as const)
    t.equal(await find(forwarded), address, String(forwarded));
  t.equal(await find('203.0.113.8:40001', '198.51.100.7'), '198.51.100.7', 'a client that is no proxy is not believed');

  const direct = Fastify({ trustProxy: trustProxies([]) });
  direct.get('/', async (request) => ({ address: clientAddress(request) }));
  t.teardown(() => direct.close());
  const headers = { 'x-forwarded-for': '203.0.113.8' };
  t.equal((await direct.inject({ url: '/', headers, remoteAddress: '198.51.100.7' })).json().address, '198.51.100.7');
});
