import { DecodeError } from '../../../src/imaging/decode.js';
import { type Bench, type Measured, timed } from '../bench.js';
import { withServer } from '../bench-server.js';
import { mustSucceed, prepareCalls } from '../contract-calls.js';
import { type Format, formats, makeSized } from '../make-pictures.js';

/** Bytes of a picture that the servers of this part take: the greatest value of the setting. */
const maxImageBytes = 104_857_600;

/** Pictures of all sizes and formats in the bare loop, and JPEG through contract A. */
export const measureSizes = (bench: Bench): Promise<void> =>
  withServer({ TRIFACE_MAX_IMAGE_BYTES: String(maxImageBytes) }, async ({ url }) => {
    for (const megapixels of bench.plan.megapixels) {
      const make = await makeSized(megapixels);
      const at = { point: `${megapixels} MP`, at: megapixels };
      const measured: Measured[] = [];
      for (const format of formats) {
        const picture = await make(format);
        if (!(await isAccepted(bench, picture, format, at.point))) continue;
        measured.push(timed({ series: format, ...at }, () => bench.bare.look(picture)));
        if (format !== 'JPEG') continue;
        const { A } = prepareCalls(url, picture);
        measured.push(timed({ series: 'JPEG, contract A', ...at }, () => mustSucceed(A)));
      }
      bench.print(`sizes: ${at.point}`);
      await bench.measure('sizes', measured);
    }
  });

/** Whether the decoder takes a picture; notes it if not. */
async function isAccepted(bench: Bench, picture: Buffer, format: Format, size: string): Promise<boolean> {
  try {
    await bench.bare.look(picture);
    return true;
  } catch (error) {
    if (!(error instanceof DecodeError)) throw error;
    bench.note(`${format} of ${size} (${(picture.length / 1e6).toFixed(0)} MB): left out, Triface refuses it (${error.fault})`);
    return false;
  }
}
