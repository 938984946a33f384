import t from 'tap';
import { compileKernel, kernels, readTarget } from '../../tools/compile-kernels.js';

for (const kernel of kernels)
  t.test(`the bytes in ${kernel.target} are compiled from ${kernel.source}`, async (t) => {
    t.ok(readTarget(kernel) === (await compileKernel(kernel)), 'else run npm run kernels');
  });
