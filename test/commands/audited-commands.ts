import type { AuditAction } from '../../src/audit/audit-log.js';

/** A command that changes something: how it is run, and what it leaves in the audit log. */
export interface Audited {
  readonly run: readonly string[];
  readonly records: readonly AuditAction[];
  /** matches the details of its records, in order */
  readonly details?: readonly object[];
}

/** A command without a record, and why. */
export interface Exempt {
  readonly exempt: string;
}

/** Stands in a run for the moment when it is run. */
export const NOW = '<now>';

/** What the runs refer to; the test creates it. */
export interface Given {
  readonly company: string;
  /** uuid of a scan with the reference */
  readonly scan: string;
  readonly reference: string;
  /** of a person with a picture whose template is of another model */
  readonly citizenId: string;
  /** folder of a model pack named `one` */
  readonly pack: string;
  /** empty folder */
  readonly archives: string;
  /** ISO 8601: before the commands, after the start of the server */
  readonly begin: string;
}

const user = 'zacharias';

/** Every command of `triface`, in the order in which the test runs them. */
export const listCommands = ({
  company,
  scan,
  reference,
  citizenId,
  pack,
  archives,
  begin,
}: Given): Record<string, readonly (Audited | Exempt)[]> => ({
  serve: [{ exempt: 'its records, of the first account and of each start, are tested apart' }],
  'user add': [
    {
      run: ['user', 'add', user, '--company', 'Audited Ltd', '--rights', 'liveness', '--generate'],
      records: ['account.create'],
      details: [{ new: { rights: ['liveness'], isNewCompany: true } }],
    },
  ],
  'user list': [{ exempt: 'reads accounts, which are of the operator' }],
  'user disable': [
    {
      run: ['user', 'disable', user],
      records: ['account.disable'],
      details: [{ old: { isDisabled: false }, new: { isDisabled: true } }],
    },
  ],
  'user enable': [
    {
      run: ['user', 'enable', user],
      records: ['account.enable'],
      details: [{ old: { isDisabled: true }, new: { isDisabled: false } }],
    },
  ],
  'user password': [
    { run: ['user', 'password', user, '--generate'], records: ['account.password'], details: [{ old: {}, new: {} }] },
  ],
  'user rights': [
    {
      run: ['user', 'rights', user, 'scans:read,liveness'],
      records: ['account.rights'],
      details: [{ old: { rights: ['liveness'] }, new: { rights: ['liveness', 'scans:read'] } }],
    },
  ],
  'user recognition': [
    {
      run: ['user', 'recognition', user, '--liveness', 'off'],
      records: ['account.recognition'],
      details: [{ old: { recognition: null }, new: { recognition: { liveness: false, duplicates: 'warn' } } }],
    },
  ],
  'user pictures': [
    {
      run: ['user', 'pictures', user, '--enrolments', '30'],
      records: ['account.pictures'],
      details: [{ old: { enrolmentPictureDays: null }, new: { enrolmentPictureDays: 30 } }],
    },
  ],
  'user retention': [
    {
      run: ['user', 'retention', user, '7'],
      records: ['account.retention'],
      details: [{ old: { retentionDays: null }, new: { retentionDays: 7 } }],
    },
  ],
  'policy show': [{ exempt: 'reads thresholds' }],
  'policy set': [
    {
      run: ['policy', 'set', user, '--preset', 'hard', 'liveness=0.9'],
      records: ['account.policy'],
      details: [{ old: { policy: null }, new: { policy: { preset: 'hard', thresholds: { liveness: 0.9 } } } }],
    },
  ],
  'policy reset': [
    {
      run: ['policy', 'reset', user],
      records: ['account.policy'],
      details: [{ old: { policy: { preset: 'hard' } }, new: { policy: null } }],
    },
  ],
  'client add': [
    {
      run: ['client', 'add', 'nightly', '--confidential', '--rights', 'scans:read'],
      records: ['account.create', 'client.create'],
      details: [{ new: { rights: ['scans:read'] } }, { new: { isConfidential: true, grants: ['client_credentials'] } }],
    },
    {
      run: ['client', 'add', 'web', '--redirect-uri', 'https://app.example/back'],
      records: ['client.create'],
      details: [{ new: { isConfidential: false, redirectUris: ['https://app.example/back'], account: null } }],
    },
  ],
  'client set': [
    {
      run: ['client', 'set', 'nightly', '--secret', '--web-origin', 'https://portal.example'],
      records: ['client.change'],
      details: [{ isNewSecret: true, old: { webOrigins: [] }, new: { webOrigins: ['https://portal.example'] } }],
    },
    {
      run: ['client', 'set', 'web', '--redirect-uri-prefix', 'https://app.example/'],
      records: ['client.change'],
      details: [
        {
          isNewSecret: false,
          old: { redirectUris: ['https://app.example/back'], requiresPkce: true },
          new: { redirectUris: ['https://app.example/*'], requiresPkce: true },
        },
      ],
    },
  ],
  'client list': [{ exempt: 'reads clients, which are of the operator' }],
  'client remove': [
    {
      run: ['client', 'remove', 'nightly'],
      records: ['client.remove', 'account.disable'],
      details: [{ old: { isConfidential: true } }, { new: { isDisabled: true } }],
    },
  ],
  'keys stage': [{ run: ['keys', 'stage'], records: ['key.stage'], details: [{ new: { next: String } }] }],
  'keys rotate': ['openid', 'capture'].map((ring) => ({
    run: ['keys', 'rotate', ...(ring === 'capture' ? ['--capture'] : [])],
    records: ['key.require', 'key.rotate'],
    details: [{ new: { [ring]: [String] } }, { old: { current: String }, new: { current: String } }],
  })),
  'keys list': [{ exempt: 'reads fingerprints' }],
  'keys accept': [{ run: ['keys', 'accept'], records: ['key.accept'], details: [{ old: { openid: ['lost-key'] } }] }],
  'master-key stage': [{ run: ['master-key', 'stage'], records: ['master-key.stage'], details: [{ new: { next: String } }] }],
  'master-key rotate': [
    {
      run: ['master-key', 'rotate'],
      records: ['key.require', 'master-key.rotate'],
      details: [{ new: { 'master-key': [String] } }, { old: { current: String }, new: { current: String }, sealed: Number }],
    },
  ],
  'master-key retire': [
    {
      run: ['master-key', 'retire'],
      records: ['key.release', 'master-key.retire'],
      details: [{ old: { 'master-key': [String] } }, { old: { retired: [String] } }],
    },
  ],
  'master-key list': [{ exempt: 'reads fingerprints' }],
  explain: [{ run: ['explain', scan], records: ['scan.read'], details: [{}] }],
  'scans export': [
    {
      run: ['scans', 'export', '--company', company, '--from', '2020-01-01'],
      records: ['scan.export'],
      details: [{ format: 'csv', from: '2020-01-01T00:00:00.000Z', to: null }],
    },
  ],
  'scans erase': [
    { run: ['scans', 'erase', '--company', company, '--reference', reference], records: ['scan.erase'], details: [{ scans: 1 }] },
  ],
  'persons re-enrol': [
    { run: ['persons', 're-enrol', '--drop'], records: ['gallery.re-enrol'], details: [{ added: 1, dropped: 1, model: String }] },
  ],
  'persons count': [{ exempt: 'reads numbers of persons and templates' }],
  'persons collisions': [{ exempt: 'reads numbers that identify persons within their company only, no names or ids' }],
  'pictures clean': [{ run: ['pictures', 'clean'], records: ['picture.clean'], details: [{}] }],
  erase: [
    {
      run: ['erase', '--citizen-id', citizenId, '--company', company],
      records: ['person.erase'],
      details: [{ receipt: String }],
    },
    { exempt: 'with --verify: reads counts. With --again, it erases as above' },
  ],
  'audit verify': [{ exempt: 'reads the log itself, and sets a mark in it' }],
  'audit list': [{ exempt: 'reads the log itself' }],
  'audit archive': [
    {
      run: ['audit', 'archive', '--before', begin, '--to', `${archives}/audit.ndjson`],
      records: ['audit.archive'],
      details: [{ first: 1, last: Number, records: Number, sha256: String }],
    },
  ],
  'receipts archive': [
    {
      run: ['receipts', 'archive', '--before', NOW, '--to', `${archives}/receipts.ndjson`],
      records: ['receipt.archive'],
      details: [{ receipts: 1, sha256: String }],
    },
  ],
  'retention status': [{ exempt: 'reads counts' }],
  'retention confirm': [
    {
      run: ['retention', 'confirm'],
      records: ['retention.confirm'],
      details: [{ old: { trustedTo: String }, new: { trustedTo: String } }],
    },
  ],
  doctor: [{ exempt: 'reads the state of clock, keys and retention' }],
  'models add': [
    { run: ['models', 'add', pack], records: ['pack.add'], details: [{ new: { kind: 'liveness', networks: [String] } }] },
  ],
  'models use': [
    {
      run: ['models', 'use', 'one', '--weight', '2'],
      records: ['pack.use'],
      details: [{ new: { shippedWeight: 1, packs: [{ id: 'one@1.0.0', weight: 2 }], recognition: 'shipped' } }],
    },
    {
      run: ['models', 'use', '--none'],
      records: ['pack.use'],
      details: [{ old: { packs: [{ id: 'one@1.0.0', weight: 2 }] }, new: { packs: [] } }],
    },
    { run: ['models', 'use', '--recognition', 'shipped'], records: ['pack.use'], details: [{ new: { recognition: 'shipped' } }] },
  ],
  'models remove': [{ run: ['models', 'remove', 'one'], records: ['pack.remove'], details: [{}] }],
  'models list': [{ exempt: 'reads packs' }],
  'models verify': [{ exempt: 'reads the shipped models' }],
  'models prepare': [{ exempt: 'restores the shipped models, whose hashes the installation fixes' }],
  evaluate: [{ exempt: '--apply and --apply-weights are recorded: evaluate-apply.test.ts and evaluate-weights.test.ts' }],
  config: [{ exempt: 'reads the descriptions of settings' }],
  openapi: [{ exempt: 'reads the routes' }],
});
