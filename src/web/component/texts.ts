import type { CaptureError, FaultAdvice } from './capture-error.js';
import type { FaultCode, Hint } from './public-api.js';

export type Language = 'en' | 'es';

/** The text shown for a fault: what is wrong, and what to do. */
export interface FaultText {
  readonly title: string;
  readonly advice: string;
}

/** All texts of the element in one language. */
export interface Texts {
  readonly open: string;
  readonly title: string;
  readonly close: string;
  readonly camera: string;
  /** name of a camera without a label @param number from 1 */
  readonly unnamed: (number: number) => string;
  readonly takePhoto: string;
  readonly takeAnother: string;
  readonly tryAgain: string;
  readonly done: string;
  readonly startPreview: string;
  readonly starting: string;
  /** the browser has not answered for a while */
  readonly stillStarting: string;
  /** no frames come */
  readonly paused: string;
  /** the browser plays the video only after a tap on the button */
  readonly blocked: string;
  /** the phone was turned while the photo was taken */
  readonly turned: string;
  /** the chosen camera could not be started, and the former one runs again */
  readonly cameraKept: string;
  readonly noDetector: string;
  readonly placeFace: string;
  readonly hold: string;
  /** all checks pass, and the user must take the photo */
  readonly press: string;
  readonly taking: string;
  readonly taken: string;
  /** closer mode: before the photo, while the user comes closer, when that took too long, and at the end */
  readonly placeFaceFar: string;
  readonly closer: string;
  readonly closerLate: string;
  readonly closerDone: string;
  readonly hints: Readonly<Record<Hint, string>>;
  readonly faults: Readonly<Record<FaultCode, FaultText>>;
  readonly advice: Readonly<Record<FaultAdvice, string>>;
}

export const texts: Readonly<Record<Language, Texts>> = {
  en: {
    open: 'Take a selfie',
    title: 'Selfie',
    close: 'Close',
    camera: 'Camera',
    unnamed: (number) => `Camera ${number}`,
    takePhoto: 'Take photo',
    takeAnother: 'Take another photo',
    tryAgain: 'Try again',
    done: 'Done',
    startPreview: 'Start the preview',
    starting: 'Starting the camera. If your browser asks for permission, allow it.',
    stillStarting: 'Still waiting for the camera. Allow it where your browser asks, or close other programs that use it.',
    paused: 'The camera has paused. Wait a moment.',
    blocked: 'Your browser has paused the preview. Press “Start the preview”.',
    turned: 'The picture has turned. Fit your face in the oval.',
    cameraKept: 'That camera could not be started.',
    noDetector: 'Fit your face in the oval, then press “Take photo”.',
    placeFace: 'Fit your face in the oval.',
    hold: 'Good. Hold still.',
    press: 'Good. Press “Take photo”.',
    taking: 'Taking the photo. Hold still.',
    taken: 'Photo taken.',
    placeFaceFar: 'Hold the camera at arm’s length and fit your face in the small oval.',
    closer: 'Now come closer slowly, until your face fills the oval.',
    closerLate: 'That did not work. Start again: fit your face in the small oval.',
    closerDone: 'Good. That is close enough.',
    hints: {
      FACE_NOT_FOUND: 'No face detected. Look at the camera.',
      TOO_MANY_FACES: 'Make sure only one person is in the picture.',
      FACE_TOO_FAR: 'Come closer.',
      FACE_TOO_CLOSE: 'Move back a little.',
      FACE_NOT_CENTERED: 'Move your face to the middle of the oval.',
      IMAGE_TOO_DARK: 'It is too dark. Turn towards the light.',
      FACE_BLURRY: 'The picture is blurred. Hold still, or wipe the lens.',
      EYES_CLOSED: 'Open your eyes.',
      MOUTH_OPEN: 'Close your mouth.',
      QUALITY_NOT_ACCEPTED: 'Adjust your position or the light.',
    },
    faults: {
      'insecure-context': {
        title: 'This page is not secure',
        advice: 'Browsers allow camera access only over https. Open this page with https:// in its address.',
      },
      'unsupported-browser': {
        title: 'This browser cannot use the camera',
        advice: 'Open this page in an up-to-date browser, not inside another app.',
      },
      'no-camera': { title: 'No camera was found', advice: 'Connect or switch on a camera and try again.' },
      'permission-refused': {
        title: 'Camera access was denied',
        advice: 'Allow the camera for this site in your browser’s settings, usually next to the address bar, and try again.',
      },
      'camera-in-use': {
        title: 'The camera is in use',
        advice: 'Another program or tab may be using it. Close it and try again, or choose another camera.',
      },
      'camera-lost': {
        title: 'The camera stopped',
        advice: 'It was switched off, unplugged or interrupted, for example by a call. Check it and try again.',
      },
      'camera-failed': { title: 'The camera could not be started', advice: 'Try again, or choose another camera.' },
      'no-encryption-key': {
        title: 'The photo could not be protected',
        advice: 'The encryption key could not be loaded. Check your connection and try again.',
      },
      'capture-failed': { title: 'The photo could not be taken', advice: 'Try again.' },
    },
    advice: {
      stalled: 'The camera keeps stopping. Close other programs and tabs, add light, and try again.',
      turned: 'The picture kept turning. Hold your device still, upright or on its side, and try again.',
      smallPicture: 'The picture of this camera is too small. Choose another camera.',
    },
  },
  es: {
    open: 'Hacer un selfi',
    title: 'Selfi',
    close: 'Cerrar',
    camera: 'Cámara',
    unnamed: (number) => `Cámara ${number}`,
    takePhoto: 'Hacer la foto',
    takeAnother: 'Hacer otra foto',
    tryAgain: 'Reintentar',
    done: 'Listo',
    startPreview: 'Iniciar la vista previa',
    starting: 'Iniciando la cámara. Permita su uso si el navegador lo pide.',
    stillStarting: 'La cámara aún no responde. Permítala donde pregunte el navegador o cierre otros programas que la usen.',
    paused: 'La cámara está en pausa. Espere un momento.',
    blocked: 'El navegador ha detenido la vista previa. Pulse «Iniciar la vista previa».',
    turned: 'La imagen ha girado. Encaje su cara en el óvalo.',
    cameraKept: 'No se ha podido iniciar esa cámara.',
    noDetector: 'Encaje su cara en el óvalo y pulse «Hacer la foto».',
    placeFace: 'Encaje su cara en el óvalo.',
    hold: 'Bien. No se mueva.',
    press: 'Bien. Pulse «Hacer la foto».',
    taking: 'Haciendo la foto. No se mueva.',
    taken: 'La foto está hecha.',
    placeFaceFar: 'Aleje la cámara lo que dé el brazo y encaje su cara en el óvalo pequeño.',
    closer: 'Ahora acérquese despacio hasta que su cara llene el óvalo.',
    closerLate: 'No ha funcionado. Empiece de nuevo: encaje su cara en el óvalo pequeño.',
    closerDone: 'Bien. Ya está bastante cerca.',
    hints: {
      FACE_NOT_FOUND: 'No se ve ninguna cara. Mire a la cámara.',
      TOO_MANY_FACES: 'Solo puede aparecer una persona.',
      FACE_TOO_FAR: 'Acérquese.',
      FACE_TOO_CLOSE: 'Aléjese un poco.',
      FACE_NOT_CENTERED: 'Mueva la cara al centro del óvalo.',
      IMAGE_TOO_DARK: 'Está demasiado oscuro. Busque más luz.',
      FACE_BLURRY: 'La imagen está borrosa. No se mueva o limpie la lente.',
      EYES_CLOSED: 'Abra los ojos.',
      MOUTH_OPEN: 'Cierre la boca.',
      QUALITY_NOT_ACCEPTED: 'Ajuste su posición o la luz.',
    },
    faults: {
      'insecure-context': {
        title: 'Esta página no es segura',
        advice: 'Los navegadores solo permiten la cámara con https. Abra esta página con https:// en la dirección.',
      },
      'unsupported-browser': {
        title: 'Este navegador no puede usar la cámara',
        advice: 'Abra esta página en un navegador actualizado, no dentro de otra aplicación.',
      },
      'no-camera': {
        title: 'No se ha encontrado ninguna cámara',
        advice: 'Conecte o encienda una cámara y vuelva a intentarlo.',
      },
      'permission-refused': {
        title: 'No se ha permitido la cámara',
        advice:
          'Permita la cámara para este sitio en los ajustes del navegador, normalmente junto a la dirección, y vuelva a intentarlo.',
      },
      'camera-in-use': {
        title: 'La cámara está ocupada',
        advice: 'Puede que la use otro programa u otra pestaña. Ciérrelo y vuelva a intentarlo, o elija otra cámara.',
      },
      'camera-lost': {
        title: 'La cámara se ha detenido',
        advice: 'Se ha apagado, desconectado o interrumpido, por ejemplo por una llamada. Compruébela y vuelva a intentarlo.',
      },
      'camera-failed': {
        title: 'No se ha podido iniciar la cámara',
        advice: 'Vuelva a intentarlo o elija otra cámara.',
      },
      'no-encryption-key': {
        title: 'No se ha podido proteger la foto',
        advice: 'No se ha podido cargar la clave con la que se cifra. Compruebe su conexión y vuelva a intentarlo.',
      },
      'capture-failed': { title: 'No se ha podido hacer la foto', advice: 'Vuelva a intentarlo.' },
    },
    advice: {
      stalled: 'La cámara se detiene una y otra vez. Cierre otros programas y pestañas, busque más luz y vuelva a intentarlo.',
      turned: 'La imagen ha girado varias veces. Sostenga el dispositivo quieto, vertical u horizontal, y vuelva a intentarlo.',
      smallPicture: 'La imagen de esta cámara es demasiado pequeña. Elija otra cámara.',
    },
  },
};

/** The text for a fault. */
export const faultText = ({ faults, advice }: Texts, error: Pick<CaptureError, 'code' | 'advice'>): FaultText => ({
  ...faults[error.code],
  ...(error.advice ? { advice: advice[error.advice] } : {}),
});

/**
 * The language of an element: the nearest `lang` attribute on it or its ancestors, across shadow roots, or otherwise the
 * browser's language. English if it is not supported.
 */
export function languageOf(element: Element): Language {
  for (let at: Element | undefined = element; at; ) {
    const said: string | null | undefined = at.closest('[lang]')?.getAttribute('lang');
    if (said) return toLanguage(said);
    const root: Node = at.getRootNode();
    at = root instanceof ShadowRoot ? root.host : undefined;
  }
  return toLanguage(navigator.language);
}

const toLanguage = (tag: string): Language => (/^es\b/i.test(tag) ? 'es' : 'en');
