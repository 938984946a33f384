import t from 'tap';
import { skipWithoutBrowser } from '../../contracts/dms/openid/browser.js';
import { checkHints } from './check-hints.js';
import { asideFace, blurredFace, darkFace, openMouth, shutEyes } from './fake-video.js';

t.test('hints on place and look of a face', { skip: skipWithoutBrowser }, (t) =>
  checkHints(t, {
    'a face aside': {
      scene: asideFace,
      error: 'FACE_NOT_CENTERED',
      text: 'Move your face to the middle of the oval.',
      off: 'face_not_centered_check_enabled',
    },
    'in the dark': {
      scene: darkFace,
      error: 'IMAGE_TOO_DARK',
      text: 'It is too dark. Turn towards the light.',
      off: 'dark_image_check_enabled',
    },
    blurred: {
      scene: blurredFace,
      error: 'FACE_BLURRY',
      text: 'The picture is blurred. Hold still, or wipe the lens.',
      off: 'face_blurry_check_enabled',
    },
    'shut eyes': { scene: shutEyes, error: 'EYES_CLOSED', text: 'Open your eyes.', on: 'eyes_closed_check_enabled' },
    'an open mouth': { scene: openMouth, error: 'MOUTH_OPEN', text: 'Close your mouth.', on: 'mouth_open_check_enabled' },
  }),
);
