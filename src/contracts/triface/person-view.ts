import Type from 'typebox';
import type { Assessment } from '../../scans/assessment.js';

/** A refused picture, with what is wrong with it. */
export const RefusalSchema = Type.Object(
  {
    accepted: Type.Literal(false),
    findings: Type.Array(Type.String(), { description: 'everything wrong with the picture; the first finding decides' }),
    livenessScore: Type.Union([Type.Number(), Type.Null()]),
    scan: Type.String({ format: 'uuid' }),
  },
  { title: 'Refusal' },
);

export const renderRefusal = ({ verdict, scan }: Assessment) => ({
  accepted: false,
  findings: verdict.findings,
  livenessScore: verdict.liveness ?? null,
  scan: scan.id,
});
