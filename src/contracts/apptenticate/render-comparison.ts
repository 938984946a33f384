import type { Language } from '../../platform/choose-language.js';
import type { Assessment } from '../../scans/assessment.js';
import { ownCodes } from './errors.js';
import { type AnswerForm, renderLiveness } from './render.js';
import { resultText } from './result-text.js';

/**
 * The answer of `nationals` and `foreigns` for a live face that was compared. `valid` is true only if the face matches: clients
 * read this field alone.
 * @param assessment of the live face, accepted
 */
export function renderCompared(assessment: Assessment, form: AnswerForm, matches: boolean, language: Language) {
  const { valid: _, ...liveness } = renderLiveness(assessment, form);
  const text = resultText(matches, language);
  const verdict = matches ? { valid: true } : { valid: false, error_code: ownCodes.mismatch, message: text };
  return { ...verdict, ...liveness, result: matches, result_text: text };
}
