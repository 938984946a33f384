/** Segments that a JPEG may have before its image data: a profile and a preview of the largest size have 255 each. */
const maxSegments = 1024;
/** Bytes between segments, which decoders skip, that a JPEG may have. */
const maxGap = 65_536;

/** Scans that a JPEG may have: encoders write about ten. */
const maxScans = 1000;

interface Frame {
  /** the second byte of its marker: 0xc0 for baseline, 0xc2 for progressive */
  readonly kind: number;
  readonly pixels: number;
  /** values per pixel, by component: 1, or a quarter for colours that are stored in half the width and height */
  readonly samples: ReadonlyMap<number, number>;
}

interface Head {
  readonly frame: Frame | undefined;
  /** where the first scan starts */
  readonly scan: number;
}

/**
 * Milliseconds that decoding a JPEG takes. One with a single scan is decoded at a reduced size. Otherwise the decoder keeps all
 * coefficients and passes over them in each scan, and cannot be interrupted meanwhile: a file of 10 MB could have 100,000 scans.
 */
export function estimateJpeg(bytes: Uint8Array, view: DataView, isThorough: boolean): number {
  const head = readHead(bytes, view);
  if (!head) return Number.POSITIVE_INFINITY;
  if (!head.frame) return 0;
  const { pixels, kind, samples } = head.frame;
  const all = [...samples.values()].reduce((sum, part) => sum + part, 0);
  const hasScans = kind === progressive || (bytes[head.scan + 4] ?? 0) < samples.size;
  if (!hasScans) return (pixels * (samples.size > 3 ? 9 : 1.5) + bytes.length * 18) / 1e6;
  // Unless they are counted, an encoder's usual ten.
  const passes = isThorough ? weighScans(bytes, head.scan, samples) : all * 2;
  return (pixels * (all * 4 + passes) + bytes.length * 40) / 1e6;
}

/** Whether a JPEG is coded in a way that no camera or browser uses: arithmetic, lossless or hierarchical. */
export function isRareJpeg(bytes: Uint8Array): boolean {
  const head = readHead(bytes, new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength));
  return head?.frame !== undefined && head.frame.kind > progressive;
}

const progressive = 0xc2;
const startOfScan = Buffer.from([0xff, 0xda]);

/** Reads the segments before the image data as libjpeg does. @returns undefined if there are too many */
function readHead(bytes: Uint8Array, view: DataView): Head | undefined {
  let frame: Frame | undefined;
  let at = 2;
  for (let segments = 0, gap = 0; ; segments++) {
    while (at + 10 <= bytes.length && !(bytes[at] === 0xff && bytes[at + 1] !== 0xff && bytes[at + 1] !== 0)) {
      at++;
      if (++gap > maxGap) return undefined;
    }
    if (segments > maxSegments) return undefined;
    const marker = bytes[at + 1]!;
    if (at + 10 > bytes.length || marker === startOfScan[1]) return { frame, scan: at };
    if (isFrame(marker)) frame = readFrame(bytes, view, at, marker);
    at += 2 + (hasLength(marker) ? view.getUint16(at + 2) : 0);
  }
}

/** TEM, RST0 to RST7, SOI and EOI have none. */
const hasLength = (marker: number): boolean => marker !== 0x01 && !(marker >= 0xd0 && marker <= 0xd9);

/** SOF0 to SOF15; DHT, JPG and DAC lie in between. */
const isFrame = (marker: number): boolean => marker >= 0xc0 && marker <= 0xcf && ![0xc4, 0xc8, 0xcc].includes(marker);

function readFrame(bytes: Uint8Array, view: DataView, at: number, marker: number): Frame {
  const parts = new Map<number, number>();
  let largest = 1;
  for (let i = 0; i < Math.min(4, bytes[at + 9]!); i++) {
    const factors = bytes[at + 11 + 3 * i] ?? 0x11;
    const size = Math.max(1, factors >> 4) * Math.max(1, factors & 15);
    parts.set(bytes[at + 10 + 3 * i] ?? i, size);
    largest = Math.max(largest, size);
  }
  return {
    kind: marker,
    pixels: view.getUint16(at + 5) * view.getUint16(at + 7),
    samples: new Map([...parts].map(([id, size]) => [id, size / largest])),
  };
}

/** Nanoseconds per pixel for all scans from the first one on. */
function weighScans(bytes: Uint8Array, first: number, samples: ReadonlyMap<number, number>): number {
  const data = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  let [total, scans] = [0, 0];
  for (let at = first; at >= 0; at = data.indexOf(startOfScan, at + 2)) {
    if (++scans > maxScans) return Number.POSITIVE_INFINITY;
    const count = Math.min(4, data[at + 4] ?? 0);
    let part = 0;
    for (let i = 0; i < count; i++) part += samples.get(data[at + 5 + 2 * i] ?? -1) ?? 1;
    const [from, to, approximation] = [0, 1, 2].map((i) => data[at + 5 + 2 * count + i] ?? 0) as [number, number, number];
    // A refinement looks at each coefficient of its range.
    const refined = approximation >> 4 > 0 && to >= from ? (0.8 * (to - from + 1)) / 63 : 0;
    total += part * (0.25 + refined);
  }
  return total;
}
