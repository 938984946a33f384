/** What each library does with contract A, in this order, on a person of its own. */
const contractA = [
  'A token',
  'A refresh',
  'A liveness',
  'A attack',
  'A bytes without a filename',
  'A create person',
  'A list persons',
  'A get person',
  'A patch person',
  'A face',
  'A nationals',
  'A nationals with the face of another person',
  'A delete person, with a JSON type and no body',
] as const;

const contractB = ['B verdict', 'B sessionId null', 'B non-ASCII credentials'] as const;

/** What each library does with contract C, in this order. */
const contractC = [
  'C password grant',
  'C refresh',
  'C check_liveness',
  'C get',
  'C list',
  'C put as read',
  'C put with nulls',
  'C export',
  'C compare_face',
] as const;

/** What each library does, unless its test names an exception. */
export const operations = [...contractA, ...contractB, ...contractC];
export type Operation = (typeof operations)[number];

/**
 * Reads contract C's answers into models without further fields, from a server that answers the documented fields only. Languages whose
 * libraries refuse unknown fields do it once.
 */
export const strictModels = 'C documented fields';
