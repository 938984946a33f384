import type { Command } from 'commander';

/** A command of `triface`. Its module is loaded only when the command is run, or when its own help is shown. */
export interface CommandEntry {
  readonly name: string;
  /** for `triface --help` and for the help of the command */
  readonly description: string;
  /** @returns the function that adds the command, with its arguments, options and action */
  load(): Promise<(program: Command) => void>;
}

/** All commands, in the order of the help. */
export const commands: readonly CommandEntry[] = [
  {
    name: 'serve',
    description: 'prepare missing models and start the server',
    load: async () => (await import('./serve.js')).addServeCommand,
  },
  {
    name: 'user',
    description: 'accounts that may call the server',
    load: async () => (await import('./user.js')).addUserCommand,
  },
  {
    name: 'scans',
    description: 'stored scans',
    load: async () => (await import('./scans.js')).addScansCommand,
  },
  {
    name: 'client',
    description: 'OAuth2 clients: applications that may request tokens from the embedded provider',
    load: async () => (await import('./client.js')).addClientCommand,
  },
  {
    name: 'keys',
    description: 'keys that sign OpenID tokens and decrypt capture packets',
    load: async () => (await import('./keys.js')).addKeysCommand,
  },
  {
    name: 'master-key',
    description: 'the keys that encrypt the data keys of pictures and templates',
    load: async () => (await import('./master-key.js')).addMasterKeyCommand,
  },
  {
    name: 'erase',
    description: 'erase a person (records, pictures, templates, scans and data key) and print the signed receipt',
    load: async () => (await import('./erase.js')).addEraseCommand,
  },
  {
    name: 'audit',
    description: 'the tamper-evident audit log: who did what to whom',
    load: async () => (await import('./audit.js')).addAuditCommand,
  },
  {
    name: 'receipts',
    description: 'signed receipts of erasures',
    load: async () => (await import('./receipts.js')).addReceiptsCommand,
  },
  {
    name: 'persons',
    description: 'registered persons',
    load: async () => (await import('./persons.js')).addPersonsCommand,
  },
  {
    name: 'pictures',
    description: 'stored pictures',
    load: async () => (await import('./pictures.js')).addPicturesCommand,
  },
  {
    name: 'doctor',
    description: 'check what the servers of a database share: clock, keys, retention, citizen ids',
    load: async () => (await import('./doctor.js')).addDoctorCommand,
  },
  {
    name: 'retention',
    description: 'whether expired data is deleted, or kept because the time leapt ahead',
    load: async () => (await import('./retention.js')).addRetentionCommand,
  },
  {
    name: 'models',
    description: 'the shipped models (verify, prepare) and additional model packs (add, list, use, remove)',
    load: async () => (await import('./models.js')).addModelsCommand,
  },
  {
    name: 'policy',
    description: 'thresholds that decide whether a picture is accepted',
    load: async () => (await import('./policy.js')).addPolicyCommand,
  },
  {
    name: 'explain',
    description: "explain a scan's verdict; <id> is contract A's number or the scan's UUID",
    load: async () => (await import('./explain.js')).addExplainCommand,
  },
  {
    name: 'evaluate',
    description: 'measure liveness (or recognition, with --pairs) on your own labelled pictures; see docs/evaluate.md',
    load: async () => (await import('./evaluate/evaluate.js')).addEvaluateCommand,
  },
  {
    name: 'config',
    description: 'print every environment variable with its default and meaning',
    load: async () => (await import('./config.js')).addConfigCommand,
  },
  {
    name: 'openapi',
    description: 'print openapi.yaml, generated from the route schemas',
    load: async () => (await import('./openapi.js')).addOpenApiCommand,
  },
];
