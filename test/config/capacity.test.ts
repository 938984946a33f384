import t from 'tap';
import { type Machine, planCapacity } from '../../src/config/capacity.js';
import { loadConfig } from '../../src/config/load.js';

const MIB = 1_048_576;
const large = 256 * 1024 * MIB;

interface Place {
  readonly cores?: number;
  readonly cpus?: number;
  /** MiB */
  readonly limit?: number;
  /** MiB */
  readonly machine?: number;
}

const plan = ({ cores = 32, cpus, limit, machine }: Place, env: Record<string, string> = {}) => {
  const place: Machine = {
    cores,
    memoryBytes: machine === undefined ? large : machine * MIB,
    limits: { cpus, memoryBytes: limit === undefined ? undefined : limit * MIB },
  };
  return planCapacity(loadConfig({ TRIFACE_MAX_IMAGE_PIXELS: '16000000', ...env }), place);
};

t.test('without limits, each core gets a worker', async (t) => {
  t.same(plan({ cores: 6 }), { workers: 6, workersBy: 'cores', intakeBytes: 512 * MIB, warnings: [] });
});

t.test('a quota of CPU time is rounded down, to one at least', async (t) => {
  const workers = (cpus: number, cores = 32) => plan({ cpus, cores }).workers;
  t.same(
    [0.01, 0.5, 0.99, 1, 1.5, 2, 3.99, 64].map((cpus) => workers(cpus)),
    [1, 1, 1, 1, 1, 2, 3, 32],
  );
  t.equal(workers(3, 2), 2, 'a quota above the cores');
  t.equal(plan({ cpus: 2 }).workersBy, 'CPU quota');
  t.equal(plan({ cpus: 8, cores: 4 }).workersBy, 'cores');
  t.equal(plan({ cpus: 2, cores: 2 }).workersBy, 'CPU quota', 'Node may have counted the quota as cores');
});

t.test('memory limits the workers: of the container, or of the machine', async (t) => {
  const sizes = [64, 256, 320, 479, 480, 512, 1024, 2048];
  t.same(
    sizes.map((limit) => plan({ limit }).workers),
    [1, 1, 1, 1, 2, 2, 5, 11],
  );
  t.same(
    sizes.map((machine) => plan({ machine }).workers),
    [1, 1, 1, 1, 2, 2, 5, 11],
  );
  t.equal(plan({ limit: 512, machine: 320 }).workers, 1, 'a limit above what the machine has');
  t.equal(plan({ limit: 512 }).workersBy, 'memory');
  t.equal(plan({ limit: 512, cpus: 1 }).workersBy, 'CPU quota');
  for (const limit of [320, 480, 1024]) t.same(plan({ limit }).warnings, [], `${limit} MiB`);
});

t.test('a setting is obeyed, with a warning where the memory is too small', async (t) => {
  const many = plan({ limit: 512, cpus: 1, cores: 2 }, { WORKERS: '8' });
  t.match(many, { workers: 8, workersBy: 'WORKERS', warnings: { length: 1 } });
  t.match(many.warnings[0], /^WORKERS=8 needs 1440 MiB of memory, and this process may use 512 MiB: .* Set WORKERS to 2 or less/);
  t.same(plan({ limit: 512 }, { WORKERS: '2' }).warnings, []);
});

t.test('memory that is too small for one worker: it starts, with one warning', async (t) => {
  for (const env of [{}, { WORKERS: '1' }, { WORKERS: '4' }]) {
    const { warnings } = plan({ limit: 256 }, env);
    t.equal(warnings.length, 1);
    t.match(warnings[0], /^this process may use 256 MiB of memory, and the server needs 320 MiB with one worker: .*137/);
  }
});

t.test('the memory for request bodies is what the workers leave', async (t) => {
  const intake = (limit: number, env = {}) => Math.round(plan({ limit }, env).intakeBytes / MIB);
  t.same(
    [64, 320, 1024, 4096].map((limit) => intake(limit, { WORKERS: '1' })),
    [32, 32, 320, 512],
  );
  const set = { WORKERS: '1', TRIFACE_MAX_INTAKE_BYTES: String(512 * MIB) };
  t.equal(intake(1024, set), 512);
  t.match(plan({ limit: 1024 }, set).warnings, [/^TRIFACE_MAX_INTAKE_BYTES=536870912 is more than .* Set it to \d+ or less/]);
  t.same(plan({ limit: 4096 }, set).warnings, []);
  t.same(plan({ limit: 320 }, { TRIFACE_MAX_INTAKE_BYTES: String(4 * MIB) }).warnings, []);
});

t.test('pictures that are too large for the memory', async (t) => {
  const warnings = (limit: number, pixels: number) =>
    plan({ limit }, { WORKERS: '1', TRIFACE_MAX_IMAGE_PIXELS: String(pixels) }).warnings;
  t.match(warnings(400, 67_108_864), [/^a single picture of TRIFACE_MAX_IMAGE_PIXELS=67108864 .* Set it to 20971520 or less/]);
  t.same(warnings(400, 20_971_520), []);
  t.same(warnings(576, 67_108_864), []);
});

t.test('this machine', async (t) => {
  const { workers, intakeBytes } = planCapacity(loadConfig({}));
  t.ok(workers >= 1 && Number.isInteger(workers));
  t.ok(intakeBytes >= 32 * MIB && Number.isInteger(intakeBytes));
});
