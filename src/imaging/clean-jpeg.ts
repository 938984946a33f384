import { makeExif, readOrientation } from './exif-orientation.js';
import { FileParts } from './file-parts.js';

const marker = {
  soi: 0xd8,
  eoi: 0xd9,
  sos: 0xda,
  app0: 0xe0,
  app1: 0xe1,
  app2: 0xe2,
  app14: 0xee,
  app15: 0xef,
  com: 0xfe,
} as const;

/** A JPEG without metadata: see `removeMetadata`. */
export function cleanJpeg(file: Buffer): Buffer {
  const parts = new FileParts();
  parts.keep(Buffer.of(0xff, marker.soi));
  let orientation: number | undefined;
  let afterJfif = 1;
  let at = 2;
  for (;;) {
    parts.count();
    at = findMarker(file, at);
    const kind = file[at + 1];
    if (kind === undefined || kind === marker.eoi) break;
    at += 2;
    if (!hasLength(kind)) continue;
    if (at + 2 > file.length) break;
    const end = at + file.readUInt16BE(at);
    const content = file.subarray(at + 2, end);
    // Of several, decoders read the first.
    if (kind === marker.app1 && isMarked(content, 'Exif')) orientation ??= readOrientation(content);
    const kept = keptContent(kind, content);
    if (kept) parts.keep(segment(kind, kept));
    if (kept && kind === marker.app0) afterJfif = parts.length;
    at = end;
    if (kind === marker.sos) {
      at = findEndOfData(file, end);
      parts.keep(file.subarray(end, at));
    }
  }
  if (orientation !== undefined && orientation !== 1)
    parts.insert(afterJfif, segment(marker.app1, Buffer.concat([Buffer.from('Exif\0\0'), makeExif(orientation)])));
  parts.keep(Buffer.of(0xff, marker.eoi));
  return parts.toFile();
}

/** What is kept of a segment: its content, a part of it, or nothing. */
function keptContent(kind: number, content: Buffer): Buffer | undefined {
  if (kind === marker.com) return undefined;
  if (kind < marker.app0 || kind > marker.app15) return content;
  // Decoders derive the meaning of the channels from these two. A thumbnail may follow the 14 bytes of JFIF.
  if (kind === marker.app0 && isMarked(content, 'JFIF\0') && content.length >= 14)
    return Buffer.concat([content.subarray(0, 12), Buffer.of(0, 0)]);
  if (kind === marker.app14 && isMarked(content, 'Adobe') && content.length >= 12) return content.subarray(0, 12);
  return kind === marker.app2 && isMarked(content, 'ICC_PROFILE\0') ? content : undefined;
}

function segment(kind: number, content: Buffer): Buffer {
  const length = content.length + 2;
  return Buffer.concat([Buffer.of(0xff, kind, length >> 8, length & 255), content]);
}

const isMarked = (content: Buffer, mark: string): boolean => content.toString('latin1', 0, mark.length) === mark;

/** TEM, RST0 to RST7 and SOI have none. */
const hasLength = (kind: number): boolean => kind !== 0x01 && !(kind >= 0xd0 && kind <= marker.soi);

/** The next 0xff that starts a marker; decoders skip what is before it. */
function findMarker(file: Buffer, from: number): number {
  let at = file.indexOf(0xff, from);
  while (at >= 0 && (file[at + 1] === 0xff || file[at + 1] === 0)) at = file.indexOf(0xff, at + 1);
  return at < 0 ? file.length : at;
}

/** The end of a scan's coded data: the next marker, but for restart markers, which are part of the data. */
function findEndOfData(file: Buffer, from: number): number {
  let at = findMarker(file, from);
  while (file[at + 1]! >= 0xd0 && file[at + 1]! <= 0xd7) at = findMarker(file, at + 2);
  return at;
}
