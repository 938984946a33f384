import { readJpegStructure } from '../../imaging/jpeg-structure.js';
import type { Signal } from '../signal.js';

/** Safari's canvas uses the system's JPEG encoder, which has Apple's own tables. */
const isApple = (userAgent: string): boolean => /AppleWebKit/.test(userAgent) && !/Chrome|Chromium/.test(userAgent);

/**
 * How the JPEG was encoded. A browser's canvas writes a baseline JPEG with scaled standard tables and without camera, date or
 * editor metadata (observed in Chromium 156: JFIF, an ICC profile, 4:2:0). A file from a phone or an editor did not come from a
 * canvas.
 */
export const judgeEncoding: Signal = ({ photo, header }) => {
  const jpeg = readJpegStructure(photo);
  if (!jpeg) return { suspicion: 1, evidence: { readable: 0 } };
  const foreign = jpeg.cameraTags || jpeg.editorSegments > 0 || jpeg.trailing > 0;
  const odd = jpeg.progressive || jpeg.comments > 0;
  const tables = !jpeg.standardTables && !isApple(header.page.userAgent);
  return {
    suspicion: foreign ? 1 : odd ? 0.7 : tables ? 0.5 : 0,
    evidence: {
      readable: 1,
      cameraTags: jpeg.cameraTags ? 1 : 0,
      editorSegments: jpeg.editorSegments,
      comments: jpeg.comments,
      progressive: jpeg.progressive ? 1 : 0,
      standardTables: jpeg.standardTables ? 1 : 0,
      profile: jpeg.hasProfile ? 1 : 0,
      trailing: jpeg.trailing,
    },
  };
};
