import type { Random } from '../random.js';
import { type Draft, setHeader } from './draft.js';
import { bodyMutations, mutateFields } from './mutate-body.js';
import { lineMutations, type Mutation, queryMutations } from './mutate-line.js';
import { oddHeaders } from './odd-values.js';

/** Changes a valid request in one to three places. @param wrongAuthorizations see {@link World} */
export function mutate(draft: Draft, wrongAuthorizations: readonly string[], random: Random): void {
  const mutateAuthorization: Mutation = (draft, random) => {
    const value = random.next() < 0.3 ? undefined : random.pick(wrongAuthorizations);
    setHeader(draft, 'authorization', value);
    // Failed attempts count against a few addresses of their own, which soon have to wait.
    setHeader(draft, 'x-forwarded-for', `10.0.0.${random.whole(1, 3)}`);
  };
  const mutateHeaders: Mutation = (draft, random) => {
    const [name, value] = random.pick(oddHeaders);
    setHeader(draft, name, value);
  };
  // Passwords are changed in forms of logins, whose addresses then have to wait, too.
  if (/token$|auth$/.test(draft.operation.path)) setHeader(draft, 'x-forwarded-for', `10.0.1.${random.whole(1, 30)}`);
  const ofBody: readonly Mutation[] =
    Object.keys(draft.operation.bodies).length > 0
      ? [mutateFields, mutateFields, mutateFields, pickOf(bodyMutations), pickOf(bodyMutations)]
      : [pickOf(bodyMutations)];
  const kinds = [pickOf(lineMutations), pickOf(queryMutations), mutateHeaders, mutateAuthorization, ...ofBody];
  for (let i = random.pick([1, 1, 1, 2, 3]); i > 0; i--) random.pick(kinds)(draft, random);
}

const pickOf =
  (mutations: readonly Mutation[]): Mutation =>
  (draft, random) =>
    random.pick(mutations)(draft, random);
