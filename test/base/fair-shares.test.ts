import { test } from 'tap';
import { FairShares, type Share } from '../../src/base/fair-shares.js';

/** Takes one at a time until refused. @returns how many an owner got */
function fill(shares: FairShares, owner: string): number {
  let count = 0;
  while (shares.take(owner, 1)) count++;
  return count;
}

test('one owner alone gets three quarters, and what is left is for those that come later', async (t) => {
  const shares = new FairShares(64);
  t.equal(fill(shares, 'greedy'), 48);
  t.equal(fill(shares, 'second'), 12);
  t.ok(shares.take('third', 1));
  t.notOk(shares.take('greedy', 1));
});

test('greedy owners that take and return in turn end with equal parts', async (t) => {
  const shares = new FairShares(64);
  const owners = ['first', 'second', 'third'];
  const held = new Map(owners.map((owner) => [owner, [] as Share[]]));
  const takeAll = (owner: string): void => {
    for (let share = shares.take(owner, 1); share; share = shares.take(owner, 1)) held.get(owner)!.push(share);
  };
  owners.forEach(takeAll);
  t.ok(shares.heldBy('first') > 4 * shares.heldBy('third'), 'the first one came to an empty house');
  // Each returns what is oldest, and asks for all that it can get.
  for (let round = 0; round < 100; round++)
    for (const owner of owners) {
      held.get(owner)!.shift()?.release();
      takeAll(owner);
    }
  const counts = owners.map((owner) => shares.heldBy(owner));
  t.ok(Math.max(...counts) - Math.min(...counts) <= 3, counts.join(' '));
  t.ok(shares.taken < 64, 'something stays free');
});

test('what an owner holds grows, and is given back once', async (t) => {
  const shares = new FairShares(100);
  const first = shares.take('a', 10)!;
  const second = shares.take('a', 0)!;
  t.ok(second.grow(60));
  t.equal(shares.heldBy('a'), 70);
  t.notOk(second.grow(10), 'above its share');
  t.equal(shares.heldBy('a'), 70, 'nothing was taken');
  second.release();
  second.release();
  t.equal(shares.taken, 10);
  t.notOk(second.grow(1), 'released');
  first.release();
  t.equal(shares.taken, 0);
  t.equal(shares.heldBy('a'), 0);
});

test('an amount above the total is served while nobody holds anything', async (t) => {
  const shares = new FairShares(100);
  const large = shares.take('a', 500);
  t.ok(large);
  t.notOk(shares.take('b', 1));
  large?.release();
  t.ok(shares.take('b', 1));
});
