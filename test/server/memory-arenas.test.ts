import { readFileSync } from 'node:fs';
import { test } from 'tap';
import { serve } from '../app/served.js';
import { temporaryDirectory } from '../helper.js';

test("V8's room for new objects is small, where Node can set that, unless the operator says otherwise", async (t) => {
  for (const [options, expected] of [
    // Node 20 cannot: `npm start` does.
    ['', 'execve' in process ? ['--max-semi-space-size=2'] : []],
    ['--max_semi_space_size=9', []],
  ] as const) {
    const { log } = await serve(t, { DATA_DIR: temporaryDirectory(t), NODE_OPTIONS: options });
    const words = readFileSync(`/proc/${log()[0]!.pid}/cmdline`, 'utf8').split('\0');
    t.same(
      words.filter((word) => word.includes('semi')),
      expected,
    );
  }
  const { scripts } = JSON.parse(readFileSync('package.json', 'utf8'));
  t.match(scripts.start, '--max-semi-space-size=2');
});

test('glibc keeps few arenas, where Node can set that, unless the operator says otherwise', async (t) => {
  for (const [given, expected] of [
    // Node 20 cannot.
    [undefined, 'execve' in process ? '2' : undefined],
    ['5', '5'],
  ] as const) {
    const { log, url } = await serve(t, { DATA_DIR: temporaryDirectory(t), ...(given && { MALLOC_ARENA_MAX: given }) });
    t.equal((await fetch(`${url}/health/live`)).status, 200);
    const environment = readFileSync(`/proc/${log()[0]!.pid}/environ`, 'utf8').split('\0');
    const found = environment.find((entry) => entry.startsWith('MALLOC_ARENA_MAX='));
    t.equal(found?.slice('MALLOC_ARENA_MAX='.length), expected);
  }
});
