import { randomUUID } from 'node:crypto';
import { readlinkSync } from 'node:fs';
import { hostname } from 'node:os';
import type { Database } from '../storage/schema.js';

/** Names the machine, or the container, whose process ids are comparable. */
function findPlace(): string {
  try {
    return `${hostname()} ${readlinkSync('/proc/self/ns/pid')}`;
  } catch {
    return hostname();
  }
}

const prefixOf = (shard: number): string => `${findPlace()}/${process.pid}/${shard}/`;

/** The id of a thread of this process that holds templates, in `gallery_replicas`. */
export const makeReplicaId = (shard: number): string => prefixOf(shard) + randomUUID();

/** Deletes the rows of threads whose place this one takes: they ended without a word. */
export async function forgetFormerThread(db: Database, shard: number): Promise<void> {
  const prefix = prefixOf(shard);
  const rows = await db.selectFrom('galleryReplicas').select('id').execute();
  const former = rows.map(({ id }) => id).filter((id) => id.startsWith(prefix));
  if (former.length > 0) await db.deleteFrom('galleryReplicas').where('id', 'in', former).execute();
}

/**
 * Whether the process of a replica ran on this machine and has ended, for example by kill -9: its memory went with it. Of other
 * machines nothing is known.
 */
export function hasEndedHere(id: string): boolean {
  const [place, pid] = id.split('/');
  if (place !== findPlace() || !/^\d+$/.test(pid ?? '')) return false;
  try {
    process.kill(Number(pid), 0);
    return false;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'ESRCH';
  }
}
