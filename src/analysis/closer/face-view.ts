import { sampleTensor } from '../../imaging/crop.js';
import { type Affine, fitSimilarity, mapPoint, type Point } from '../../imaging/geometry.js';
import type { RgbImage } from '../../imaging/image.js';
import { makePyramid, type Pyramid } from '../../imaging/optical-flow/pyramid.js';

/** Side of a view, in pixels. */
const side = 224;
/** The part of it that the longer extent of the reference face takes. */
const filled = 0.75;
const levels = 3;
/** No face is larger than this many views. */
const mostShrunk = 16;
const spec = { width: side, height: side, layout: 'nchw', colour: 'grey', mean: [0], scale: [1] } as const;

/**
 * A face cut out of a frame so that it lies where the reference frame's face lies: moved, turned and scaled. What moves between two
 * views is what a similarity does not explain.
 */
export interface FaceView {
  readonly pyramid: Pyramid;
  /** pixels of the frame per pixel of the view */
  readonly scale: number;
}

/** Where the reference frame's face lies in all views. */
export class ViewFrame {
  private readonly left: number;
  private readonly top: number;
  private readonly scale: number;
  /** the reference face's mesh points, in pixels of a view */
  readonly points: readonly Point[];

  /** @param mesh the mesh points of the reference face, in pixels of its frame */
  constructor(private readonly mesh: readonly Point[]) {
    const [xs, ys] = [mesh.map(({ x }) => x), mesh.map(({ y }) => y)];
    const [x1, x2, y1, y2] = [Math.min(...xs), Math.max(...xs), Math.min(...ys), Math.max(...ys)];
    const length = Math.max(x2 - x1, y2 - y1) / filled;
    this.scale = length / side;
    this.left = (x1 + x2 - length) / 2;
    this.top = (y1 + y2 - length) / 2;
    this.points = mesh.map(({ x, y }) => ({ x: (x - this.left) / this.scale, y: (y - this.top) / this.scale }));
  }

  /** Cuts a face out of a frame. @param mesh its mesh points, in pixels of the frame */
  view(image: RgbImage, mesh: readonly Point[]): FaceView {
    const toFrame = fitSimilarity(this.mesh, mesh);
    const corner = mapPoint(toFrame, this.left, this.top);
    const scale = Math.hypot(toFrame.a, toFrame.c) * this.scale;
    // Sampling does not smooth: a face much larger than the view is shrunk first.
    const factor = Math.min(mostShrunk, Math.max(1, Math.round(scale)));
    const step = this.scale / factor;
    const map: Affine = {
      ...{ a: toFrame.a * step, b: toFrame.b * step, tx: corner.x / factor },
      ...{ c: toFrame.c * step, d: toFrame.d * step, ty: corner.y / factor },
    };
    const grey = sampleTensor(image, map, spec, factor);
    return { pyramid: makePyramid({ data: Uint8Array.from(grey), width: side, height: side }, levels), scale };
  }
}
