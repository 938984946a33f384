import type { Database } from '../storage/schema.js';
import type { AuditAction, AuditLog, AuditValue } from './audit-log.js';

/** Where a change came from. */
export type Origin =
  /** `triface …` on a machine; `user` is the name of the operating system's account that ran it, absent if it has none */
  | { readonly via: 'command'; readonly command: string; readonly host: string; readonly user?: string }
  /** a request; `route` is its method and path, with names instead of parameters */
  | { readonly via: 'http'; readonly route: string }
  /** the start of a server */
  | { readonly via: 'start'; readonly host: string; readonly user?: string };

/** Settings before or after a change, without passwords, hashes, keys, and texts about persons. */
export type Values = Readonly<Record<string, AuditValue>>;

/** An administrative action: a change, or an export. */
export interface Change {
  readonly action: AuditAction;
  /** whose data it concerns; null: the whole installation's */
  readonly companyId: string | null;
  /** account id, client id, name of a ring of keys or of a pack */
  readonly subject: string | null;
  /** what was replaced; absent: there was nothing, or it is secret */
  readonly old?: Values;
  /** what applies now; absent: it was removed, or it is secret */
  readonly new?: Values;
  /** more, such as counts */
  readonly more?: Values;
}

/** Records the changes of one actor. */
export interface ChangeRecorder {
  /** Records a change in the transaction that makes it. Call it last (see `AuditLog.append`). */
  record(db: Database, change: Change): Promise<void>;
}

/** Records administrative actions in the audit log. */
export class ChangeLog implements ChangeRecorder {
  /** @param actor account id, or `operator`, or `outside-provider` */
  constructor(
    private readonly audit: AuditLog,
    readonly actor: string,
    readonly origin: Origin,
  ) {}

  record(db: Database, { action, companyId, subject, old, new: now, more }: Change): Promise<void> {
    const values = { ...(old && { old }), ...(now && { new: now }) };
    return this.audit.append(db, {
      actor: this.actor,
      action,
      companyId,
      subject,
      detail: { ...this.origin, ...more, ...values },
    });
  }
}
