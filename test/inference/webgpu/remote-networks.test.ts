import { once } from 'node:events';
import { MessageChannel } from 'node:worker_threads';
import t from 'tap';
import { RemoteNetworks } from '../../../src/inference/webgpu/remote-networks.js';

t.test('networks cannot be opened when the inference thread has ended', async (t) => {
  t.test('before: its port was closed while the worker loaded its modules', async (t) => {
    const { port1, port2 } = new MessageChannel();
    port2.ref();
    port1.close();
    await once(port2, 'close');
    await t.rejects(new RemoteNetworks(port2).open('a.onnx'), /the inference thread ended/);
  });
  t.test('meanwhile', async (t) => {
    const { port1, port2 } = new MessageChannel();
    const opening = new RemoteNetworks(port2).open('a.onnx');
    port1.close();
    await t.rejects(opening, /the inference thread ended/);
  });
});
