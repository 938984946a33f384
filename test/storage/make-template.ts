import { openStore } from '../../src/storage/store.js';
import { execute } from './execute.js';

/** Creates a database with the tables of this release and no rows, to be cloned. @param url of a database of the server, by name */
export async function makeTemplate(url: (database: string) => string, name: string): Promise<void> {
  await execute(url('postgres'), `create database ${name}`);
  await (await openStore({ databaseUrl: url(name), dataDir: '' })).close();
}
