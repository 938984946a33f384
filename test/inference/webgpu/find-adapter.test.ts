import proto from 'onnx-proto';
import t from 'tap';
import { chooseProvider } from '../../../src/inference/provider.js';
import { readAdapter } from '../../../src/inference/webgpu/find-adapter.js';
import { probeModel } from '../../../src/inference/webgpu/probe-network.js';

t.test('the adapter is read from the messages of Vulkan’s loader', async (t) => {
  const log = (name: string, driver: string): string =>
    `[Vulkan Loader] INFO | DRIVER:             [0] Another GPU\n[Vulkan Loader] DRIVER:                Using "${name}" with driver: "${driver}"\n`;
  const library = '/usr/lib/x86_64-linux-gnu';
  t.same(readAdapter(log('NVIDIA H200', `${library}/libGLX_nvidia.so.0`)), {
    name: 'NVIDIA H200',
    driver: `${library}/libGLX_nvidia.so.0`,
    isSoftware: false,
  });
  for (const [name, driver] of [
    ['llvmpipe (LLVM 15.0.6, 256 bits)', `${library}/libvulkan_lvp.so`],
    ['SwiftShader Device (Subzero)', './libvk_swiftshader.so'],
    ['Virtio-GPU Venus (llvmpipe (LLVM 15.0.6, 256 bits))', `${library}/libvulkan_virtio.so`],
  ] as const)
    t.equal(readAdapter(log(name, driver)).isSoftware, true, name);
  t.equal(
    readAdapter(log('llvmpipe', 'libvulkan_lvp.so') + log('AMD Radeon RX 7900 (RADV NAVI31)', 'libvulkan_radeon.so')).name,
    'AMD Radeon RX 7900 (RADV NAVI31)',
    'the last one is the one that was used',
  );
  t.same(readAdapter('WARNING: nothing of use'), { name: 'unknown' }, 'not known: neither GPU nor program');
});

t.test('the smallest network is what its comment says', async (t) => {
  const { graph } = proto.onnx.ModelProto.decode(probeModel);
  t.same(
    graph?.node?.map(({ opType, input, output }) => [opType, input, output]),
    [['Relu', ['x'], ['y']]],
  );
});

t.test('`cpu` asks for no GPU, and `auto` for none where there is none', async (t) => {
  t.same(await chooseProvider('cpu'), { provider: 'cpu' });
  t.same(await chooseProvider('auto', 'none', () => false), { provider: 'cpu' });
});
