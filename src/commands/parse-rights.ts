import { InvalidArgumentError } from 'commander';
import { isRight, RIGHTS, type Right } from '../base/settings/rights.js';

/** Reads a comma-separated list of rights. @throws InvalidArgumentError */
export function parseRights(list: string): Right[] {
  const names = list.split(',').map((name) => name.trim());
  const rights = names.filter(isRight);
  if (rights.length !== names.length)
    throw new InvalidArgumentError(`It must be a comma-separated list of ${RIGHTS.join(', ')}.`);
  return rights;
}
