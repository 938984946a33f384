import type { Language } from '../../platform/choose-language.js';

const texts = {
  en: {
    recognised: 'Recognised face',
    different: 'Face does not match ID',
    samePicture: 'The document is the selfie itself.',
  },
  es: {
    recognised: 'Rostro reconocido',
    different: 'Rostro no coincide con identificación',
    samePicture: 'El documento es la misma selfie.',
  },
} as const;

/** The vendor's text for the result of a comparison. */
export const resultText = (matches: boolean, language: Language): string => texts[language][matches ? 'recognised' : 'different'];

/** The text for a document that is the selfie itself; the vendor has none. */
export const samePictureText = (language: Language): string => texts[language].samePicture;
