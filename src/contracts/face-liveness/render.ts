import type { Verdict } from '../../analysis/verdict.js';
import { errorNames } from './errors.js';
import type { LivenessResponse, SessionId } from './wire.js';

/**
 * The vendor's answer: the first finding that has an error name, else the score, which the client compares with its own
 * threshold.
 * @param scoreName `passiveLivenessScore` on the alias path on which other deployments answer so
 */
export function renderLiveness(
  verdict: Verdict,
  sessionId: SessionId | undefined,
  scoreName: 'score' | 'passiveLivenessScore',
): LivenessResponse {
  const session = sessionId === undefined ? {} : { sessionId };
  const error = verdict.findings.map((finding) => errorNames[finding]).find((name) => name !== null);
  if (error) return { ...session, hasError: true, error };
  return { ...session, [scoreName]: verdict.liveness ?? 0, hasError: false };
}
