import type { Person } from '../../gallery/person.js';
import type { Caller } from '../../identity/caller.js';
import type { Assessment } from '../../scans/assessment.js';
import { rejectFace, rejectionCodes } from './errors.js';
import { type AnswerForm, renderLiveness } from './render.js';
import type { LivenessAnswer, PersonAnswer, PersonReceipt } from './wire.js';

/** A time as the vendor's Python prints it, with microseconds. */
export const renderMoment = (epochMs: number): string => new Date(epochMs).toISOString().replace('Z', '000Z');

/** The absolute URL of a person's picture; null if none is kept. */
export type PictureUrlOf = (person: Person) => string | null;

/** A person as the contract has it. */
export const renderPerson = (person: Person, pictureUrl: PictureUrlOf): PersonAnswer => ({
  id: person.number,
  citizen_id: person.citizenId,
  name: person.name,
  image: pictureUrl(person),
  is_blocked: person.isBlocked,
  created_at: renderMoment(person.createdAt),
  agreed_terms: person.agreedTerms,
});

/**
 * The answer to a caller who may change persons but not read them: the id, and of the stored fields only those that this request
 * has set, which the caller knows.
 */
export function renderChanged(person: Person, pictureUrl: PictureUrlOf, set: readonly (keyof PersonAnswer)[]): PersonReceipt {
  const { id, ...others } = renderPerson(person, pictureUrl);
  return { id, ...Object.fromEntries(Object.entries(others).filter(([name]) => set.includes(name as keyof PersonAnswer))) };
}

/** Whether the caller may see what is stored of a person. */
export const mayRead = ({ rights }: Caller): boolean => rights.includes('persons:read');

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
