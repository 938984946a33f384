import type { RgbImage } from '../../src/imaging/image.js';

/** A textured surface in front of the camera. */
export interface Surface {
  /** x right, y down, z away from the camera, in cm; three numbers per vertex, z > 0 */
  readonly vertices: Float64Array;
  /** the vertices' places in the texture, in pixels; two numbers per vertex */
  readonly texture: Float64Array;
  readonly triangles: readonly number[];
  readonly picture: RgbImage;
}

/** A pinhole camera whose axis passes through the middle of its picture. */
export interface PinholeCamera {
  /** pixels */
  readonly width: number;
  readonly height: number;
  /** focal length in pixels */
  readonly focal: number;
}

/** Renders surfaces with a z-buffer and perspective-correct bilinear textures, without lighting. Where nothing is, it is black. */
export function rasterize(surfaces: readonly Surface[], camera: PinholeCamera): RgbImage {
  const target: Target = {
    ...camera,
    data: new Uint8Array(camera.width * camera.height * 3),
    nearness: new Float32Array(camera.width * camera.height),
  };
  for (const surface of surfaces)
    for (let t = 0; t < surface.triangles.length; t += 3)
      drawTriangle(target, surface, [surface.triangles[t]!, surface.triangles[t + 1]!, surface.triangles[t + 2]!]);
  return { data: target.data, width: camera.width, height: camera.height };
}

interface Target extends PinholeCamera {
  readonly data: Uint8Array;
  /** 1 / z of what is drawn at each pixel */
  readonly nearness: Float32Array;
}

function drawTriangle(target: Target, { vertices, texture, picture }: Surface, corners: readonly number[]): void {
  const { width, height, focal, nearness } = target;
  // At each corner: the place in the picture, 1 / z, and the place in the texture divided by z. These are linear in the picture.
  const [a, b, c] = corners.map((corner) => {
    const inverse = 1 / vertices[corner * 3 + 2]!;
    return {
      x: width / 2 + focal * vertices[corner * 3]! * inverse,
      y: height / 2 + focal * vertices[corner * 3 + 1]! * inverse,
      inverse,
      u: texture[corner * 2]! * inverse,
      v: texture[corner * 2 + 1]! * inverse,
    };
  }) as [Corner, Corner, Corner];
  const area = (b.x - a.x) * (c.y - a.y) - (c.x - a.x) * (b.y - a.y);
  if (area === 0) return;
  const [top, bottom] = [Math.min(a.y, b.y, c.y), Math.max(a.y, b.y, c.y)];
  const [left, right] = [Math.min(a.x, b.x, c.x), Math.max(a.x, b.x, c.x)];
  for (let y = Math.max(0, Math.floor(top)); y < Math.min(height, bottom); y++)
    for (let x = Math.max(0, Math.floor(left)); x < Math.min(width, right); x++) {
      const [px, py] = [x + 0.5, y + 0.5];
      const wb = ((px - a.x) * (c.y - a.y) - (c.x - a.x) * (py - a.y)) / area;
      const wc = ((b.x - a.x) * (py - a.y) - (px - a.x) * (b.y - a.y)) / area;
      const wa = 1 - wb - wc;
      if (wa < 0 || wb < 0 || wc < 0) continue;
      const inverse = wa * a.inverse + wb * b.inverse + wc * c.inverse;
      const at = y * width + x;
      if (inverse <= nearness[at]!) continue;
      nearness[at] = inverse;
      sample(
        picture,
        (wa * a.u + wb * b.u + wc * c.u) / inverse,
        (wa * a.v + wb * b.v + wc * c.v) / inverse,
        target.data,
        at * 3,
      );
    }
}

interface Corner {
  readonly x: number;
  readonly y: number;
  readonly inverse: number;
  readonly u: number;
  readonly v: number;
}

/** Writes the picture's colour at a place; outside the picture that of its nearest edge. */
function sample({ data, width, height }: RgbImage, u: number, v: number, out: Uint8Array, at: number): void {
  const x = Math.min(Math.max(u - 0.5, 0), width - 1.001);
  const y = Math.min(Math.max(v - 0.5, 0), height - 1.001);
  const [x0, y0] = [Math.floor(x), Math.floor(y)];
  const [fx, fy] = [x - x0, y - y0];
  const p = (y0 * width + x0) * 3;
  const q = p + width * 3;
  for (let i = 0; i < 3; i++)
    out[at + i] =
      (data[p + i]! * (1 - fx) + data[p + 3 + i]! * fx) * (1 - fy) + (data[q + i]! * (1 - fx) + data[q + 3 + i]! * fx) * fy + 0.5;
}
