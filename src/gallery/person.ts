import type { Selectable } from 'kysely';
import type { PersonsTable } from '../storage/schema.js';

/** A person who can be recognised. */
export interface Person {
  /** increases over all companies, never reused */
  readonly number: number;
  /** uuid */
  readonly id: string;
  readonly companyId: string;
  /** the client's identifier of the person, unique within the company */
  readonly citizenId: string;
  readonly name: string;
  /** blocked persons are not recognised */
  readonly isBlocked: boolean;
  readonly agreedTerms: boolean;
  /** of the person's main picture, while it is kept */
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
