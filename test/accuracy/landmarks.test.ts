import t from 'tap';
import { findModelsDir } from '../../src/base/installation.js';
import { decodeImage } from '../../src/imaging/decode.js';
import { boxHeight, centroid, distance, type Point } from '../../src/imaging/geometry.js';
import { loadFaceModels } from '../../src/inference/face-models.js';
import { meshTo68 } from '../../src/inference/models/face-mesh.js';
import { hasLabelledPictures, labelledPictures, listLabelledPictures, readLabelledPicture } from './labelled-pictures.js';

const limits = { maxPixels: 50_000_000, maxSide: 1600, timeoutSeconds: 10 };
/** Eyes, nose and lips: the two models draw brows and jaw differently by definition. */
const features = Array.from({ length: 41 }, (_, i) => i + 27);

t.test(
  'two landmark models agree on bona fide faces',
  { skip: hasLabelledPictures() ? false : `${labelledPictures} does not exist: landmarks were not measured` },
  async (t) => {
    const models = await loadFaceModels(findModelsDir(), 'cpu');
    t.teardown(() => models.close());
    const disagreements: number[] = [];
    for (const picture of listLabelledPictures('A_antispoof').filter(({ kind }) => /^live_(selfie|webcam|photo)$/.test(kind))) {
      const image = await decodeImage(readLabelledPicture(picture), limits);
      const [subject] = (await models.detector.detect(image)).sort((p, q) => boxHeight(q.box) - boxHeight(p.box));
      if (!subject) continue;
      const points = await models.landmarks.locate(image, subject.box);
      const mesh = meshTo68(await models.mesh.locate(image, subject.box));
      const eyes = (of: readonly Point[]): number => distance(centroid(of.slice(36, 42)), centroid(of.slice(42, 48)));
      disagreements.push(features.reduce((sum, i) => sum + distance(points[i]!, mesh[i]!), 0) / features.length / eyes(mesh));
    }
    const mean = disagreements.reduce((a, b) => a + b, 0) / disagreements.length;
    t.ok(disagreements.length > 100, `${disagreements.length} faces`);
    t.comment(`68 points against the mesh: mean ${(mean * 100).toFixed(2)} % of the eye distance`);
    t.ok(mean <= 0.04, `mean ${mean}`);
  },
);
