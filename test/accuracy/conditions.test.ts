import t from 'tap';
import type { Finding } from '../../src/analysis/findings.js';
import type { Verdict } from '../../src/analysis/verdict.js';
import { startTestEngine } from '../helper.js';
import { judgeOutcome } from './judge-outcome.js';
import {
  hasLabelledPictures,
  type LabelledPicture,
  labelledPictures,
  listLabelledPictures,
  readLabelledPicture,
} from './labelled-pictures.js';

/** A condition: the pictures that show it, the first findings that are correct for it, and the fraction that must be correct. */
interface Condition {
  readonly name: string;
  readonly kinds: RegExp;
  readonly right: readonly Finding[];
  /** lowest fraction with a correct finding, 0..1 */
  readonly least: number;
  /** another finding may precede it, since these pictures show both */
  readonly amongOthers?: boolean;
}
const conditions: readonly Condition[] = [
  // One of the eighteen shows a small face, which is reported as such: 16 of the other 17 are more than 90 %. The last shows a
  // dog, which stays a face (decision 25).
  {
    name: 'no face',
    kinds: /^(no_face|exif_orientation_noface)$/,
    right: ['face-not-found', 'scene-not-visible'],
    least: 0.88,
  },
  { name: 'several faces', kinds: /^multi_face$/, right: ['too-many-faces'], least: 1 },
  // Two of the ten show a person from behind, without a face. All others are reported correctly.
  { name: 'tiny', kinds: /tiny_face$/, right: ['face-too-small'], least: 0.8 },
  { name: 'cut by the border', kinds: /cut_by_border$/, right: ['face-cropped', 'face-close-to-border'], least: 1 },
  { name: 'close-up', kinds: /close_up$/, right: ['face-too-close', 'face-cropped'], least: 1 },
  { name: 'profile', kinds: /^(profile|pitch_or_roll)$/, right: ['face-angle'], least: 0.9 },
  { name: 'mask', kinds: /^occluded_mask$/, right: ['face-occluded'], least: 0.9 },
  // Only two pictures. In one of them the head is also turned too far, which takes precedence.
  { name: 'sunglasses', kinds: /^occluded_sunglasses$/, right: ['face-occluded'], least: 1, amongOthers: true },
  {
    name: 'made dark or overexposed',
    kinds: /^derived_(dark|overexposed)$/,
    right: ['conditions-not-met', 'scene-not-visible'],
    least: 0.85,
  },
  { name: 'made blurred', kinds: /^derived_blur$/, right: ['quality-low', 'scene-not-visible'], least: 0.85 },
  { name: 'low resolution', kinds: /^derived_low_resolution$/, right: ['face-too-small'], least: 0.85 },
];

t.test(
  'conditions are reported correctly',
  { skip: hasLabelledPictures() ? false : `${labelledPictures} does not exist: conditions were not measured` },
  async (t) => {
    const engine = await startTestEngine(t, 2);
    const pictures = listLabelledPictures('C_conditions').filter(({ kind }) => conditions.some(({ kinds }) => kinds.test(kind)));
    const judged = await Promise.all(
      pictures.map(async (picture): Promise<LabelledPicture & { readonly verdict: Verdict }> => {
        const outcome = await engine.analyze({ bytes: readLabelledPicture(picture) });
        return { ...picture, verdict: judgeOutcome(outcome) };
      }),
    );
    for (const { name, kinds, right, least, amongOthers } of conditions) {
      const shown = judged.filter(({ kind }) => kinds.test(kind));
      const rightly = shown.filter(({ verdict }) =>
        (amongOthers ? verdict.findings : verdict.findings.slice(0, 1)).some((finding) => right.includes(finding)),
      );
      t.ok(shown.length > 0 && rightly.length / shown.length >= least, `${name}: ${rightly.length} of ${shown.length}`);
    }
  },
);
