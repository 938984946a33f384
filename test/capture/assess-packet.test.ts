import { sql } from 'kysely';
import sharp from 'sharp';
import { test } from 'tap';
import { BusyError } from '../../src/base/busy-error.js';
import type { FramePart } from '../../src/capture/packet/layout.js';
import type { ScanDetail } from '../../src/scans/scan-detail.js';
import { selfie } from '../fixtures/pictures.js';
import { hash, type MadeCapture, makeCapture, renew, seal } from './made-capture.js';
import { startCapture } from './start-capture.js';

test('assessing packets', async (t) => {
  let busy = 0;
  const { capture, store, caller, key } = await startCapture(t, (scans) => ({
    ...scans,
    // as if every worker were busy
    observe: (command) => (busy-- > 0 ? Promise.reject(new BusyError('full', 1)) : scans.observe(command)),
  }));
  const assess = async (made: MadeCapture) =>
    capture.assess({ caller, contract: 'test', sent: { packet: await seal(made, key) } });
  const made = await makeCapture({ kind: 'live' });

  await t.test('a packet refused because the server was busy can be sent again', async (t) => {
    busy = 1;
    await t.rejects(assess(made), BusyError);
    t.equal((await assess(made)).verdict.accepted, true);
    t.equal((await assess(made)).verdict.findings[0], 'injection', 'and then no more');
  });

  await t.test('a packet whose scan could not be stored can be sent again, and is no attack', async (t) => {
    const again = renew(made);
    await sql`alter table scans rename to lost`.execute(store.db);
    await t.rejects(assess(again), /no such table/);
    await sql`alter table lost rename to scans`.execute(store.db);
    t.same((await assess(again)).verdict.findings, []);
    t.same((await assess(again)).verdict.findings, ['injection'], 'and then no more');
  });

  await t.test('liveness is that of photo and frames, with the motion; the photo is returned for recognition', async (t) => {
    const { scan, verdict, photo } = await assess(renew(made));
    t.ok(Buffer.from(made.photo).equals(photo!));
    const { frames } = (scan.detail as ScanDetail).capture!;
    t.equal(frames!.frameLiveness.length, 3);
    const sorted = [...frames!.frameLiveness].sort((a, b) => a! - b!) as number[];
    t.ok(Math.abs(frames!.pictureLiveness! - (frames!.photoLiveness + sorted[1]!) / 2) < 1e-6);
    t.ok(frames!.motionEvidence! > 0, `a living head moves against its surroundings: ${frames!.motionEvidence}`);
    t.ok(frames!.fused > frames!.pictureLiveness!);
    t.equal(verdict.liveness, frames!.fused);
    t.equal(scan.livenessScore, verdict.liveness);
    t.equal(scan.policyVersion, 'regular-3 capture-3');
    const stored = JSON.stringify(scan);
    for (const secret of [made.header.camera.label, made.header.page.userAgent, made.header.photo.sha256, made.header.nonce])
      t.notOk(stored.includes(secret), 'nothing of the packet is stored but numbers');
  });

  await t.test('a picture that is panned is an attack, unless the policy does not count motion', async (t) => {
    const panned = await makeCapture({ kind: 'panned' });
    const { scan, verdict } = await assess(panned);
    t.same(verdict.findings, ['attack']);
    const { frames } = (scan.detail as ScanDetail).capture!;
    t.equal(frames!.motion!.carried, true);
    t.ok(frames!.pictureLiveness! > 0.5, 'its pictures alone pass');
    const policy = JSON.stringify({ preset: 'regular', thresholds: {}, capture: { motion: 0 } });
    const packet = await seal(renew(panned), key);
    const without = await capture.assess({ caller: { ...caller, policy }, contract: 'test', sent: { packet } });
    t.same(without.verdict.findings, []);
    t.equal(without.scan.policyVersion, 'regular-3 capture-3+motion=0');
    const { frames: measured } = (without.scan.detail as ScanDetail).capture!;
    t.equal(measured!.fused, measured!.pictureLiveness);
    t.equal(measured!.motion!.carried, true, 'it is measured all the same');
  });

  await t.test('frames in another order, of another shape, at impossible times, missing', async (t) => {
    const jpegs = made.header.frames.flatMap(({ kind }, i) => (kind === 'jpeg' ? [i] : []));
    const change = (part: (place: number) => Partial<FramePart>) => {
      const parts = made.header.frames.map((frame, i) => ({ ...frame, ...part(jpegs.indexOf(i)) }));
      return renew(made, { frames: parts });
    };
    const framesOf = async (changed: MadeCapture) => {
      const { scan, verdict } = await assess(changed);
      const { capture } = scan.detail as ScanDetail;
      return { verdict, frames: capture!.frames! };
    };
    const [first, second, third] = jpegs as [number, number, number];
    const turned = made.frames.map((_, i) => made.frames[i === first ? third : i === third ? first : i]!);
    const headers = made.header.frames.map((_, i) => made.header.frames[i === first ? third : i === third ? first : i]!);
    const reordered = await framesOf({ ...renew(made, { frames: headers }), frames: turned });
    t.same(reordered.frames.motion?.pairs.length, 3, 'the times count, not the order in the packet');
    const same = await framesOf(change((place) => (place >= 0 ? { at: made.header.photo.at } : {})));
    t.equal(same.frames.noMotion, 'times');
    const apart = await framesOf(change((place) => (place === 0 ? { at: 0 } : {})));
    t.equal(apart.frames.motion?.pairs.length, 2, 'frames far apart are not compared');
    const square = await sharp(made.frames[second]).resize(480, 480, { fit: 'fill' }).jpeg().toBuffer();
    const parts = made.header.frames.map((part, i) => (i === second ? { ...part, length: square.length } : part));
    const shaped = await framesOf({
      ...renew(made, { frames: parts }),
      frames: made.frames.map((frame, i) => (i === second ? square : frame)),
    });
    t.equal(shaped.frames.noMotion, 'other-shape');
    const stranger = await makeCapture({ kind: 'live', picture: await selfie('other') });
    const places = stranger.header.frames.flatMap(({ kind }, i) => (kind === 'jpeg' ? [i] : []));
    const swapped = made.header.frames.map((part, i) => {
      const other = places[jpegs.indexOf(i)];
      return other === undefined
        ? { part, bytes: made.frames[i]! }
        : { part: { ...stranger.header.frames[other]!, at: part.at }, bytes: stranger.frames[other]! };
    });
    const others = await framesOf({
      ...renew(made, { frames: swapped.map(({ part }) => part) }),
      frames: swapped.map(({ bytes }) => bytes),
    });
    t.equal(others.verdict.findings[0], 'injection', 'frames of another person do not belong to the photo');
    t.equal(others.frames.motion, null, `and say nothing about it: ${others.frames.noMotion}`);
    const rest = made.header.frames.map((_, i) => i).filter((i) => i !== first && i !== second);
    const few = await framesOf({
      ...renew(made, { frames: rest.map((i) => made.header.frames[i]!) }),
      frames: rest.map((i) => made.frames[i]!),
    });
    t.equal(few.frames.noMotion, 'few-frames');
    t.equal(few.frames.fused, few.frames.pictureLiveness);
  });

  await t.test('a packet whose pictures are invalid', async (t) => {
    const garbage = Buffer.from('no JPEG at all, for as long as it takes');
    const { header } = made;
    const photo = { ...header.photo, length: garbage.length, sha256: hash(garbage) };
    const broken = await assess({ ...renew(made, { photo }), photo: garbage });
    t.same(broken.verdict.findings, ['injection', 'image-unreadable']);
    const isJpeg = header.frames.map(({ kind }) => kind === 'jpeg');
    const parts = header.frames.map((part, i) => (isJpeg[i] ? { ...part, length: garbage.length } : part));
    const frames = made.frames.map((frame, i) => (isJpeg[i] ? garbage : frame));
    const without = await assess({ ...renew(made, { frames: parts }), frames });
    t.same(without.verdict.findings, ['injection']);
    t.same((without.scan.detail as ScanDetail).capture!.frames!.frameLiveness, [null, null, null]);
  });
});
