import type { Language } from '../../platform/choose-language.js';

const texts = {
  en: { recognised: 'Recognised face', different: 'Face does not match ID' },
  es: { recognised: 'Rostro reconocido', different: 'Rostro no coincide con identificación' },
} as const;

/** The vendor's text for the result of a comparison. */
export const resultText = (matches: boolean, language: Language): string => texts[language][matches ? 'recognised' : 'different'];
