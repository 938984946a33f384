import { fitSimilarity, mapPoint, type Point } from '../../src/imaging/geometry.js';
import type { RgbImage } from '../../src/imaging/image.js';
import type { CanonicalFace } from './canonical-face.js';
import type { Surface } from './rasterize.js';

/** A photograph of a face with the mesh network's points on it. */
export interface Portrait {
  readonly picture: RgbImage;
  /** 468, in pixels of the picture */
  readonly mesh: readonly Point[];
}

/** Where a thing is, and how it is turned. */
export interface Pose {
  /** of its origin, from the camera: right and down, in cm */
  readonly x: number;
  readonly y: number;
  /** of its origin from the camera, in cm */
  readonly distance: number;
  /** about the vertical, horizontal and optical axis, in degrees */
  readonly yaw: number;
  readonly pitch: number;
  readonly roll: number;
}

type Vertex = readonly [x: number, y: number, z: number];

/** Places points (x right, y up, z towards the camera) in front of the camera. */
function place(points: readonly Vertex[], { x, y, distance, ...turned }: Pose): Float64Array {
  const [yaw, pitch, roll] = [turned.yaw, turned.pitch, turned.roll].map((degrees) => (degrees * Math.PI) / 180) as [
    number,
    number,
    number,
  ];
  const out = new Float64Array(points.length * 3);
  points.forEach(([px, py, pz], i) => {
    const [x1, z1] = [px * Math.cos(yaw) + pz * Math.sin(yaw), -px * Math.sin(yaw) + pz * Math.cos(yaw)];
    const [y2, z2] = [py * Math.cos(pitch) - z1 * Math.sin(pitch), py * Math.sin(pitch) + z1 * Math.cos(pitch)];
    const [x3, y3] = [x1 * Math.cos(roll) - y2 * Math.sin(roll), x1 * Math.sin(roll) + y2 * Math.cos(roll)];
    // The camera never touches what it films.
    out.set([x3 + x, -y3 + y, Math.max(1, distance - z2)], i * 3);
  });
  return out;
}

/** Depth of the eyes in the canonical face: the origin of a head is between its eyes. */
const eyeDepth = 3.5;
/** Depth of the cheeks' outline, around which a face is made flatter or deeper. */
const outlineDepth = 0;

/**
 * A head: the canonical face with a photograph's face on it; behind it, flat, the photograph's hair and neck.
 * @param depth of the face, as a multiple of the canonical face's
 */
export function makeHead(face: CanonicalFace, portrait: Portrait, pose: Pose, depth = 1): Surface[] {
  const points = face.points.map(([x, y, z]): Vertex => [x, y - 2.6, (z - outlineDepth) * depth + outlineDepth - eyeDepth]);
  const toPicture = fitSimilarity(
    points.map(([x, y]) => ({ x, y: -y })),
    portrait.mesh,
  );
  const shell: Vertex[] = [[0, 0, -eyeDepth - 3]];
  const corners = 40;
  for (let i = 0; i < corners; i++) {
    const angle = (i / corners) * 2 * Math.PI;
    shell.push([10 * Math.cos(angle), 14 * Math.sin(angle) - 2, -eyeDepth - 3]);
  }
  const shellTriangles = Array.from({ length: corners }, (_, i) => [0, i + 1, ((i + 1) % corners) + 1]).flat();
  const shellTexture = shell.flatMap(([x, y]) => {
    const at = mapPoint(toPicture, x, -y);
    return [at.x, at.y];
  });
  return [
    {
      vertices: place(shell, pose),
      texture: Float64Array.from(shellTexture),
      triangles: shellTriangles,
      picture: portrait.picture,
    },
    {
      vertices: place(points, pose),
      texture: Float64Array.from(portrait.mesh.flatMap(({ x, y }) => [x, y])),
      triangles: face.triangles,
      picture: portrait.picture,
    },
  ];
}

/**
 * A photograph on a card: a display or a print.
 * @param faceWidth of the face on it, in cm
 * @param bend curvature about the card's vertical axis, in 1/cm: 0 is flat, positive bulges towards the camera
 */
export function makeCard({ picture, mesh }: Portrait, faceWidth: number, pose: Pose, bend = 0): Surface[] {
  const scale = faceWidth / Math.hypot(mesh[454]!.x - mesh[234]!.x, mesh[454]!.y - mesh[234]!.y);
  const eyes = { x: (mesh[33]!.x + mesh[263]!.x) / 2, y: (mesh[33]!.y + mesh[263]!.y) / 2 };
  const cells = 24;
  const points: Vertex[] = [];
  const texture: number[] = [];
  const triangles: number[] = [];
  for (let row = 0; row <= cells; row++)
    for (let column = 0; column <= cells; column++) {
      const [u, v] = [(column / cells) * picture.width, (row / cells) * picture.height];
      const x = (u - eyes.x) * scale;
      const y = (eyes.y - v) * scale;
      points.push(bend === 0 ? [x, y, 0] : [Math.sin(x * bend) / bend, y, (Math.cos(x * bend) - 1) / bend]);
      texture.push(u, v);
      const at = row * (cells + 1) + column;
      if (row < cells && column < cells) triangles.push(at, at + 1, at + cells + 1, at + 1, at + cells + 2, at + cells + 1);
    }
  return [{ vertices: place(points, pose), texture: Float64Array.from(texture), triangles, picture }];
}

/** A wall parallel to the picture, 3 m wide and high. */
export function makeWall(picture: RgbImage, distance: number): Surface {
  const half = 150;
  const pose = { x: 0, y: 0, distance, yaw: 0, pitch: 0, roll: 0 };
  return {
    vertices: place(
      [
        [-half, half, 0],
        [half, half, 0],
        [-half, -half, 0],
        [half, -half, 0],
      ],
      pose,
    ),
    texture: Float64Array.of(0, 0, picture.width, 0, 0, picture.height, picture.width, picture.height),
    triangles: [0, 1, 2, 1, 3, 2],
    picture,
  };
}
