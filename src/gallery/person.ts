import type { Selectable } from 'kysely';
import type { PersonsTable } from '../storage/schema.js';

/** Who can be recognised. */
export interface Person {
  /** counts up over all companies, never given twice */
  readonly number: number;
  /** uuid */
  readonly id: string;
  readonly companyId: string;
  /** the client's identification of the person, unique within the company */
  readonly citizenId: string;
  readonly name: string;
  /** is not recognised */
  readonly isBlocked: boolean;
  readonly agreedTerms: boolean;
  /** of the picture that stands for the person, while one is kept */
  readonly pictureId: string | null;
  /** epoch milliseconds */
  readonly createdAt: number;
  /** epoch milliseconds */
  readonly updatedAt: number;
}

export const toPerson = ({ isBlocked, agreedTerms, ...row }: Selectable<PersonsTable>): Person => ({
  number: row.number,
  id: row.id,
  companyId: row.companyId,
  citizenId: row.citizenId,
  name: row.name,
  isBlocked: isBlocked !== 0,
  agreedTerms: agreedTerms !== 0,
  pictureId: row.pictureId,
  createdAt: row.createdAt,
  updatedAt: row.updatedAt,
});

/** What is searched in: citizen id and name without regard to case and accents. */
export const foldForSearch = (...texts: readonly string[]): string =>
  texts.join(' ').normalize('NFKD').replace(/\p{M}/gu, '').toLowerCase();
