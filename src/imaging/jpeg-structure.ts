import { ascii } from './picture-format.js';

/** How a JPEG was encoded, according to the segments before its image data. */
export interface JpegStructure {
  /** pixels, from the frame header */
  readonly width: number;
  readonly height: number;
  readonly progressive: boolean;
  /** whether every quantisation table is one of ITU-T T.81 Annex K, scaled to one of the IJG library's qualities 1..100 */
  readonly standardTables: boolean;
  /** whether there are EXIF tags for camera make or model, software, date or GPS, which a canvas never writes */
  readonly cameraTags: boolean;
  /** number of segments written by editors (XMP, Photoshop, Adobe) */
  readonly editorSegments: number;
  readonly comments: number;
  readonly hasProfile: boolean;
  /** bytes after the end of the picture */
  readonly trailing: number;
}

const maxSegments = 256;

/** Reads the segments of a JPEG. @returns undefined if the bytes are not a well-formed JPEG */
export function readJpegStructure(bytes: Uint8Array): JpegStructure | undefined {
  if (bytes[0] !== 0xff || bytes[1] !== 0xd8) return undefined;
  let frame: Pick<JpegStructure, 'width' | 'height' | 'progressive'> | undefined;
  let [standardTables, cameraTags, editorSegments, comments, hasProfile] = [true, false, 0, 0, false];
  let at = 2;
  for (let i = 0; i < maxSegments; i++) {
    while (bytes[at] === 0xff && bytes[at + 1] === 0xff) at++;
    const marker = bytes[at + 1];
    const length = ((bytes[at + 2] ?? 0) << 8) | (bytes[at + 3] ?? 0);
    if (bytes[at] !== 0xff || marker === undefined || length < 2 || at + 2 + length > bytes.length) return undefined;
    const segment = bytes.subarray(at + 4, at + 2 + length);
    at += 2 + length;
    if (marker === 0xda)
      return frame && { ...frame, standardTables, cameraTags, editorSegments, comments, hasProfile, trailing: trailingOf(bytes) };
    if (marker === 0xdb) standardTables &&= areStandard(segment);
    if (marker === 0xc0 || marker === 0xc1 || marker === 0xc2) {
      if (segment.length < 6) return undefined;
      const at16 = (i: number): number => (segment[i]! << 8) | segment[i + 1]!;
      frame = { height: at16(1), width: at16(3), progressive: marker === 0xc2 };
    }
    if (marker === 0xe1 && ascii(segment, 0, 'Exif\0\0')) cameraTags ||= hasCameraTags(segment.subarray(6));
    else if (marker === 0xe1 || marker === 0xed || marker === 0xee) editorSegments++;
    if (marker === 0xe2 && ascii(segment, 0, 'ICC_PROFILE\0')) hasProfile = true;
    if (marker === 0xfe) comments++;
  }
  return undefined;
}

function trailingOf(bytes: Uint8Array): number {
  for (let i = bytes.length - 2; i >= 0; i--) if (bytes[i] === 0xff && bytes[i + 1] === 0xd9) return bytes.length - i - 2;
  return bytes.length;
}

// Annex K, tables K.1 and K.2, in the zigzag order of a DQT segment.
const luminance = Uint8Array.from([
  16, 11, 12, 14, 12, 10, 16, 14, 13, 14, 18, 17, 16, 19, 24, 40, 26, 24, 22, 22, 24, 49, 35, 37, 29, 40, 58, 51, 61, 60, 57, 51,
  56, 55, 64, 72, 92, 78, 64, 68, 87, 69, 55, 56, 80, 109, 81, 87, 95, 98, 103, 104, 103, 62, 77, 113, 121, 112, 100, 120, 92,
  101, 103, 99,
]);
const chrominance = Uint8Array.from([
  17, 18, 18, 24, 21, 24, 47, 26, 26, 47, 99, 66, 56, 66, 99, 99, 99, 99, 99, 99, 99, 99, 99, 99, 99, 99, 99, 99, 99, 99, 99, 99,
  99, 99, 99, 99, 99, 99, 99, 99, 99, 99, 99, 99, 99, 99, 99, 99, 99, 99, 99, 99, 99, 99, 99, 99, 99, 99, 99, 99, 99, 99, 99, 99,
]);

function areStandard(segment: Uint8Array): boolean {
  for (let at = 0; at + 65 <= segment.length; at += 65) {
    if (segment[at]! >> 4 !== 0) return false;
    const table = segment.subarray(at + 1, at + 65);
    if (!isScaled(table, luminance) && !isScaled(table, chrominance)) return false;
  }
  return true;
}

/**
 * Whether a table is a scaled base table. The IJG library scales by 5000/q % for qualities q below 50, and by 200 − 2q % from 50
 * on.
 */
function isScaled(table: Uint8Array, base: Uint8Array): boolean {
  for (let quality = 1; quality <= 100; quality++) {
    const scale = quality < 50 ? Math.floor(5000 / quality) : 200 - 2 * quality;
    if (table.every((step, i) => step === Math.min(255, Math.max(1, Math.floor((base[i]! * scale + 50) / 100))))) return true;
  }
  return false;
}

/** Tags of Make, Model, Software, DateTime and the GPS directory offset in TIFF's first directory. */
const cameraTagIds = new Set([0x010f, 0x0110, 0x0131, 0x0132, 0x8825]);

function hasCameraTags(tiff: Uint8Array): boolean {
  if (tiff.length < 10) return false;
  const view = new DataView(tiff.buffer, tiff.byteOffset, tiff.byteLength);
  const little = tiff[0] === 0x49;
  const directory = view.getUint32(4, little);
  if (directory + 2 > tiff.length) return false;
  const count = Math.min(view.getUint16(directory, little), 200);
  for (let i = 0; i < count; i++) {
    const entry = directory + 2 + 12 * i;
    if (entry + 2 > tiff.length) return false;
    if (cameraTagIds.has(view.getUint16(entry, little))) return true;
  }
  return false;
}
