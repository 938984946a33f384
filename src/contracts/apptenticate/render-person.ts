import type { Person } from '../../gallery/person.js';
import type { Assessment } from '../../scans/assessment.js';
import { rejectFace, rejectionCodes } from './errors.js';
import { type AnswerForm, renderLiveness } from './render.js';
import type { LivenessAnswer, PersonAnswer } from './wire.js';

/** A time as the vendor's Python prints it, with microseconds. */
export const renderMoment = (epochMs: number): string => new Date(epochMs).toISOString().replace('Z', '000Z');

/** @param path absolute URL of the persons, with a trailing slash */
export const renderPerson = (person: Person, path: string): PersonAnswer => ({
  id: person.number,
  citizen_id: person.citizenId,
  name: person.name,
  image: person.pictureId === null ? null : `${path}${person.number}/image/`,
  is_blocked: person.isBlocked,
  created_at: renderMoment(person.createdAt),
  agreed_terms: person.agreedTerms,
});

/**
 * The recognizer's answer for a refused picture: an attack as on the liveness endpoint, with all details; other refusals in the
 * recognizer's own words.
 */
export function renderRefusedFace(assessment: Assessment, form: AnswerForm): LivenessAnswer {
  const [first] = assessment.verdict.findings;
  const answer = renderLiveness(assessment, form);
  if (first === undefined || rejectionCodes[first] === 715) return answer;
  return { ...rejectFace(rejectionCodes[first]), ...(answer.id === undefined ? {} : { id: answer.id }) };
}
