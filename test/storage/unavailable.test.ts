import { DatabaseError } from 'pg';
import { test } from 'tap';
import { UnavailableError } from '../../src/base/unavailable-error.js';
import { translated } from '../../src/storage/unavailable.js';

const ofServer = (code: string) => Object.assign(new DatabaseError('m', 1, 'error'), { code, severity: 'ERROR' });
const ofCode = (code: string) => Object.assign(new Error('m'), { code });

test('errors that mean that the database cannot serve now', async (t) => {
  for (const code of [
    '08006',
    '08P01',
    '53100',
    '53200',
    '53300',
    '57P01',
    '57P02',
    '57P03',
    '57014',
    '25006',
    '25P03',
    '55P03',
    '58030',
    'XX001',
    '28P01',
    '3D000',
  ])
    t.type(translated(ofServer(code)), UnavailableError, code);
  for (const code of [
    'SQLITE_BUSY',
    'SQLITE_BUSY_SNAPSHOT',
    'SQLITE_FULL',
    'SQLITE_IOERR_WRITE',
    'SQLITE_READONLY_DBMOVED',
    'SQLITE_CANTOPEN',
    'SQLITE_CORRUPT',
    'SQLITE_NOTADB',
  ])
    t.type(translated(ofCode(code)), UnavailableError, code);
  for (const code of ['ECONNREFUSED', 'ECONNRESET', 'EPIPE', 'ETIMEDOUT', 'ENOTFOUND', 'EAI_AGAIN', 'EMFILE'])
    t.type(translated(ofCode(code)), UnavailableError, code);
  for (const message of ['Connection terminated unexpectedly', 'timeout exceeded when trying to connect'])
    t.type(translated(new Error(message)), UnavailableError, message);
  const both = translated(new AggregateError([ofCode('ECONNREFUSED'), ofCode('ECONNREFUSED')], '')) as Error;
  t.type(both, UnavailableError);
  t.equal(both.message, 'm; m');
});

test('constraints, conflicts and bugs stay what they are', async (t) => {
  const others = [
    ...['23505', '23503', '40001', '40P01', '42P01', '42601', '22012'].map(ofServer),
    ...['SQLITE_CONSTRAINT_UNIQUE', 'SQLITE_ERROR', 'SQLITE_MISMATCH'].map(ofCode),
    new TypeError('a value of type boolean cannot be stored'),
    'text',
  ];
  for (const error of others) t.equal(translated(error), error);
});
