/** Creates a canvas outside the page. @param isRead whether its pixels are read often and should therefore not be on the GPU */
export function makeCanvas(width: number, height: number, isRead = true): CanvasRenderingContext2D {
  const canvas = document.createElement('canvas');
  canvas.width = width;
  canvas.height = height;
  const context = canvas.getContext('2d', { willReadFrequently: isRead, alpha: false });
  if (!context) throw new Error('this browser cannot create a 2D canvas');
  context.imageSmoothingQuality = 'high';
  return context;
}

/** Frees the pixels of a canvas that is no longer needed, which some browsers would otherwise keep for a while. */
export function freeCanvas({ canvas }: CanvasRenderingContext2D): void {
  canvas.width = canvas.height = 0;
}

/** Encodes a canvas as a JPEG. @param quality 0..1 */
export function encodeJpeg({ canvas }: CanvasRenderingContext2D, quality: number): Promise<Blob> {
  return new Promise((resolve, reject) => {
    canvas.toBlob(
      (blob) => (blob ? resolve(blob) : reject(new Error('the picture could not be encoded'))),
      'image/jpeg',
      quality,
    );
  });
}

/** Luma of RGBA pixels, one byte each: round(0.299 R + 0.587 G + 0.114 B). */
export function toLuma({ data }: ImageData): Uint8Array<ArrayBuffer> {
  const luma = new Uint8Array(data.length / 4);
  for (let i = 0, o = 0; o < luma.length; i += 4, o++)
    luma[o] = Math.round(0.299 * data[i]! + 0.587 * data[i + 1]! + 0.114 * data[i + 2]!);
  return luma;
}
