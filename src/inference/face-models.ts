import { join } from 'node:path';
import { BlazeFaceDetector } from './models/blazeface-detector.js';
import { EyeState } from './models/eye-state.js';
import { FaceEmbeddingModel } from './models/face-embedding.js';
import { FaceMeshModel } from './models/face-mesh.js';
import { HeadPoseModel } from './models/head-pose.js';
import { Landmarks68 } from './models/landmarks-68.js';
import { PassiveLiveness } from './models/passive-liveness.js';
import { UltraLightDetector } from './models/ultra-light-detector.js';
import type { ActivePacks } from './packs/active-packs.js';
import { LivenessPacks } from './packs/liveness-packs.js';
import { PackEmbedding } from './packs/pack-embedding.js';
import { PackLiveness } from './packs/pack-liveness.js';
import { openSession, type Session, type SessionPlace } from './session.js';

/** A set of loaded models, used by one thread. */
export interface FaceModels {
  readonly detector: UltraLightDetector;
  readonly secondDetector: BlazeFaceDetector;
  readonly landmarks: Landmarks68;
  readonly mesh: FaceMeshModel;
  readonly pose: HeadPoseModel;
  readonly eyes: EyeState;
  readonly liveness: PassiveLiveness;
  readonly embedding: Pick<FaceEmbeddingModel, 'embed'>;
  readonly livenessPacks: LivenessPacks;
  /** releases the sessions */
  close(): Promise<void>;
}

/**
 * Loads every model of a prepared directory (see models/manifest.json for the files), and the packs in use.
 * @param place where they run
 * @param active the packs in use; undefined for only the shipped models
 * @throws ProviderError, PackError, or onnxruntime's error if a file is missing or not a valid model
 */
export async function loadFaceModels(modelsDir: string, place: SessionPlace, active?: ActivePacks): Promise<FaceModels> {
  const sessions: Session[] = [];
  const open = async (file: string, outputs?: readonly string[]): Promise<Session> => {
    const session = await openSession(join(modelsDir, file), place, outputs);
    sessions.push(session);
    return session;
  };
  const packs: { readonly pack: PackLiveness; readonly weight: number }[] = [];
  for (const { pack, weight } of active?.packs ?? []) packs.push({ pack: await PackLiveness.open(pack, place), weight });
  const recognition = active?.recognition ? await PackEmbedding.open(active.recognition, place) : undefined;
  const livenessPacks = new LivenessPacks(packs, active?.shippedWeight);
  return {
    detector: new UltraLightDetector(await open('face-detector.onnx')),
    secondDetector: new BlazeFaceDetector(await open('face-detector-blazeface.onnx')),
    landmarks: new Landmarks68(await open('face-landmarks.onnx')),
    mesh: new FaceMeshModel(await open('face-mesh.onnx', ['Identity_1', 'Identity_2'])),
    pose: new HeadPoseModel(await open('head-pose.onnx')),
    eyes: new EyeState(await open('eye-state.onnx')),
    liveness: new PassiveLiveness(await open('face-liveness.onnx')),
    embedding: recognition ?? new FaceEmbeddingModel(await open('face-embedding.onnx')),
    livenessPacks,
    async close() {
      await Promise.all([...sessions.map((session) => session.release()), livenessPacks.close(), recognition?.close()]);
    },
  };
}
