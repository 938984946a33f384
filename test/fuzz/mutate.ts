import type { Random } from '../random.js';
import { type Draft, setHeader } from './draft.js';
import { bodyMutations, mutateFields } from './mutate-body.js';
import { lineMutations, type Mutation, queryMutations } from './mutate-line.js';
import { oddHeaders } from './odd-values.js';
import type { World } from './world.js';

/** Changes a valid request in one to three places. */
export function mutate(draft: Draft, { weakAuthorizations, wrongAuthorizations }: World, random: Random): void {
  const mutateAuthorization: Mutation = (draft, random) => {
    const kind = random.pick(['none', 'weak', 'wrong']);
    if (kind === 'weak') return setHeader(draft, 'authorization', random.pick(weakAuthorizations));
    setHeader(draft, 'authorization', kind === 'none' ? undefined : random.pick(wrongAuthorizations));
    // Failed attempts count against an address of their own, which soon has to wait. Each one costs a verification until then.
    setHeader(draft, 'x-forwarded-for', '10.0.0.1');
  };
  const mutateHeaders: Mutation = (draft, random) => {
    const [name, value] = random.pick(oddHeaders);
    setHeader(draft, name, value);
  };
  // Passwords are changed in forms of logins, whose addresses then have to wait, too.
  if (/token$|auth$/.test(draft.operation.path)) setHeader(draft, 'x-forwarded-for', `10.0.1.${random.whole(1, 5)}`);
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
