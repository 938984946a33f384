import t from 'tap';
import { skipWithoutBrowser } from '../../contracts/dms/openid/browser.js';
import { checkHints } from './check-hints.js';
import { closeFace, farFace, noFace, twoFaces } from './fake-video.js';

t.test('hints on number and size of faces', { skip: skipWithoutBrowser }, (t) =>
  checkHints(t, {
    'no face': { scene: noFace, error: 'FACE_NOT_FOUND', text: 'No face detected. Look at the camera.' },
    'several faces': { scene: twoFaces, error: 'TOO_MANY_FACES', text: 'Make sure only one person is in the picture.' },
    'a face far away': { scene: farFace, error: 'FACE_TOO_FAR', text: 'Come closer.' },
    'a face too close': { scene: closeFace, error: 'FACE_TOO_CLOSE', text: 'Move back a little.' },
  }),
);
