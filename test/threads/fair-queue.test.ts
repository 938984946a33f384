import t from 'tap';
import { FairQueue, type FairTask } from '../../src/threads/fair-queue.js';
import { Random } from '../random.js';

interface Named extends FairTask {
  readonly name: string;
}

const task = (owner: string, cost = 10, isHeavy = false, name = owner): Named => ({ owner, cost, isHeavy, name });

/** Runs `count` tasks one after the other, each for as long as `ranMs` says (default: its cost). @returns who was served */
function serve(queue: FairQueue<Named>, count: number, ranMs: (task: Named) => number = ({ cost }) => cost): string[] {
  return Array.from({ length: count }, () => {
    const next = queue.take(true)!;
    queue.settle(next, ranMs(next));
    return next.name;
  });
}

t.test("an owner's tasks keep their order; owners take turns", async (t) => {
  const queue = new FairQueue<Named>();
  for (let i = 0; i < 3; i++) queue.push(task('a', 10, false, `a${i}`));
  for (let i = 0; i < 3; i++) queue.push(task('b', 10, false, `b${i}`));
  t.same(serve(queue, 6), ['a0', 'b0', 'a1', 'b1', 'a2', 'b2']);
  t.equal(queue.take(true), undefined);
  t.equal(queue.size, 0);
});

t.test('whoever asks for little does not wait behind whoever asks for much', async (t) => {
  const queue = new FairQueue<Named>();
  for (let i = 0; i < 100; i++) queue.push(task('flood'));
  serve(queue, 20);
  queue.push(task('small'));
  t.same(serve(queue, 2), ['small', 'flood']);
});

t.test('owners are charged by run time: twenty cheap pictures for one that is twenty times as dear', async (t) => {
  for (const [how, estimate] of [
    ['estimated rightly', 200],
    ['estimated far too low, and corrected afterwards', 1],
  ] as const) {
    const queue = new FairQueue<Named>();
    for (let i = 0; i < 400; i++) queue.push(task('cheap'));
    for (let i = 0; i < 40; i++) queue.push(task('dear', estimate));
    const served = serve(queue, 210, ({ owner }) => (owner === 'dear' ? 200 : 10));
    const dear = served.filter((name) => name === 'dear').length;
    t.ok(dear >= 9 && dear <= 11, `${how}: ${dear} of ${served.length}`);
  }
});

t.test('an owner that was idle has no claim to the past, and one that paused for a moment is not forgiven', async (t) => {
  const queue = new FairQueue<Named>();
  for (let i = 0; i < 50; i++) queue.push(task('busy'));
  queue.push(task('idle'));
  serve(queue, 40);
  for (let i = 0; i < 10; i++) queue.push(task('idle'));
  t.same(serve(queue, 4).sort(), ['busy', 'busy', 'idle', 'idle'], 'equal parts from now on');

  queue.push(task('dear', 1000));
  for (let i = 0; i < 30; i++) queue.push(task('other'));
  while (serve(queue, 1)[0] !== 'dear');
  queue.push(task('dear', 1000));
  const before = serve(queue, 10);
  t.notOk(before.includes('dear'), 'what it used is still charged, although it had no task for a while');
});

t.test('heavy tasks are passed over on request; the owner keeps its turn', async (t) => {
  const queue = new FairQueue<Named>();
  queue.push(task('a', 10, true, 'a heavy'));
  queue.push(task('b', 10, false, 'b'));
  queue.push(task('a', 10, false, 'a light'));
  t.equal(queue.take(false)?.name, 'a light', "the owner's next light task");
  t.equal(queue.take(false)?.name, 'b');
  t.equal(queue.take(false), undefined, 'only a heavy one is left');
  t.equal(queue.take(true)?.name, 'a heavy');
});

t.test('removal, and the owner with the most waiting tasks', async (t) => {
  const queue = new FairQueue<Named>();
  const tasks = ['a', 'b', 'b', 'b'].map((owner, i) => task(owner, 10, false, `${owner}${i}`));
  for (const each of tasks) queue.push(each);
  t.equal(queue.newestOfLongest(2)?.name, 'b3');
  t.equal(queue.newestOfLongest(3), undefined);
  t.equal(queue.ahead('a', 1), 3, 'its own, and as many of the other as start before its second');
  t.equal(queue.ahead('new', 0), 2);
  t.ok(queue.remove(tasks[3]!));
  t.notOk(queue.remove(tasks[3]!), 'gone');
  t.same(serve(queue, 3), ['a0', 'b1', 'b2']);
});

t.test('at any time, no two owners with waiting tasks have been served more than a task apart', async (t) => {
  const random = new Random(26);
  const queue = new FairQueue<Named>();
  const used: Record<string, number> = { a: 0, b: 0, c: 0 };
  const longest = 100;
  for (const owner of Object.keys(used)) for (let i = 0; i < 1000; i++) queue.push(task(owner, random.whole(1, longest)));
  for (let i = 0; i < 1000; i++) {
    const next = queue.take(true)!;
    const ranMs = random.whole(0, longest);
    queue.settle(next, ranMs);
    used[next.owner]! += ranMs;
    const all = Object.values(used);
    if (Math.max(...all) - Math.min(...all) > 2 * longest) return t.fail(JSON.stringify(used));
  }
  t.pass(JSON.stringify(used));
});
