import type { FaultCode, Hint } from './public-api.js';

export type Language = 'en' | 'es';

/** What a person is told of a fault: what is wrong, and what to do. */
export interface FaultText {
  readonly title: string;
  readonly advice: string;
}

/** All that the element says in one language. */
export interface Texts {
  readonly open: string;
  readonly title: string;
  readonly close: string;
  readonly camera: string;
  /** a camera without a name. @param number from 1 */
  readonly unnamed: (number: number) => string;
  readonly takePhoto: string;
  readonly takeAnother: string;
  readonly tryAgain: string;
  readonly done: string;
  readonly starting: string;
  readonly noDetector: string;
  readonly placeFace: string;
  readonly hold: string;
  /** all is well, and it is for the person to take the photo */
  readonly press: string;
  readonly taking: string;
  readonly taken: string;
  readonly hints: Readonly<Record<Hint, string>>;
  readonly faults: Readonly<Record<FaultCode, FaultText>>;
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
    starting: 'Starting the camera. Allow its use if your browser asks.',
    noDetector: 'Fit your face in the oval, then press “Take photo”.',
    placeFace: 'Fit your face in the oval.',
    hold: 'Good. Hold still.',
    press: 'Good. Press “Take photo”.',
    taking: 'Taking the photo. Hold still.',
    taken: 'The photo was taken.',
    hints: {
      FACE_NOT_FOUND: 'No face to be seen. Look at the camera.',
      TOO_MANY_FACES: 'Only one person may be in the picture.',
      FACE_TOO_FAR: 'Come closer.',
      FACE_TOO_CLOSE: 'Move back a little.',
      FACE_NOT_CENTERED: 'Move your face to the middle of the oval.',
      IMAGE_TOO_DARK: 'It is too dark. Turn to the light.',
      FACE_BLURRY: 'The picture is blurred. Hold still, or wipe the lens.',
      EYES_CLOSED: 'Open your eyes.',
      MOUTH_OPEN: 'Close your mouth.',
    },
    faults: {
      'insecure-context': {
        title: 'This page is not secure',
        advice: 'Browsers give pages a camera only over https. Open this page with https:// in its address.',
      },
      'unsupported-browser': {
        title: 'This browser cannot use the camera',
        advice: 'Open this page in an up-to-date browser, not inside another app.',
      },
      'no-camera': { title: 'No camera was found', advice: 'Connect a camera, or switch it on, and try again.' },
      'permission-refused': {
        title: 'The camera was not allowed',
        advice: 'Allow the camera for this site in your browser’s settings, usually beside the address, and try again.',
      },
      'camera-in-use': {
        title: 'The camera is in use',
        advice: 'Another program or tab may be using it. Close that and try again, or choose another camera.',
      },
      'camera-lost': { title: 'The camera stopped', advice: 'It was switched off or unplugged. Check it and try again.' },
      'camera-failed': { title: 'The camera could not be started', advice: 'Try again, or choose another camera.' },
      'no-encryption-key': {
        title: 'The photo could not be protected',
        advice: 'The key that it is encrypted with could not be loaded. Check your connection and try again.',
      },
      'capture-failed': { title: 'The photo could not be taken', advice: 'Try again.' },
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
    starting: 'Iniciando la cámara. Permita su uso si el navegador lo pide.',
    noDetector: 'Encaje su cara en el óvalo y pulse «Hacer la foto».',
    placeFace: 'Encaje su cara en el óvalo.',
    hold: 'Bien. No se mueva.',
    press: 'Bien. Pulse «Hacer la foto».',
    taking: 'Haciendo la foto. No se mueva.',
    taken: 'La foto está hecha.',
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
        advice: 'Se ha apagado o desconectado. Compruébela y vuelva a intentarlo.',
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
  },
};

/** The language of an element: its own `lang` or that of what it stands in, through shadow roots; else the browser's. English if neither. */
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
