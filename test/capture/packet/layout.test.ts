import { randomBytes } from 'node:crypto';
import { test } from 'tap';
import { joinPacket, LayoutError, packetLimits, splitContainer } from '../../../src/capture/packet/layout.js';
import { makeSmallCapture } from '../fuzzed-packets.js';

const { header, photo, frames } = await makeSmallCapture();

test('the layout rejects parts that the header does not describe', async (t) => {
  t.throws(() => joinPacket(header, photo.subarray(1), frames), LayoutError);
  t.throws(() => joinPacket(header, photo, frames.slice(1)), LayoutError);
  t.throws(() => joinPacket({ ...header, externalMeta: 'x'.repeat(packetLimits.header) }, photo, frames), LayoutError);
  t.throws(() => splitContainer(Buffer.from('TFC')), LayoutError);
});

test('a view that does not begin where its memory does is read correctly', async (t) => {
  const moved = Buffer.concat([randomBytes(7), joinPacket(header, photo, frames)]).subarray(7);
  t.same(Buffer.from(splitContainer(moved).header).toString(), JSON.stringify(header));
});
