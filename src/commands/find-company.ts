import { commandName } from '../base/command-name.js';
import type { Database } from '../storage/schema.js';
import { CommandError } from './command-error.js';

/** Finds a company by name, or the only company if no name is given. @returns its id @throws CommandError */
export async function findCompany(db: Database, name: string | undefined): Promise<string> {
  const companies = await db.selectFrom('companies').select(['id', 'name']).orderBy('name').execute();
  const found = name === undefined ? companies : companies.filter((company) => company.name === name);
  if (found.length === 1) return found[0]!.id;
  if (name !== undefined) throw new CommandError(`there is no company ${JSON.stringify(name)}`);
  throw new CommandError(
    companies.length === 0
      ? `there is no company yet; \`${commandName} user add\` creates one`
      : `there are several companies; choose one with --company: ${companies.map((company) => company.name).join(', ')}`,
  );
}
