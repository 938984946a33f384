import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { findInstallation } from '../../../src/base/installation.js';

/** A documented field of report.json. */
export interface DocumentedField {
  /** to a plain value: `species[].attacks`, `motion.reasons.*` */
  readonly path: string;
  /** whether a path in a report is this field */
  readonly names: (field: string) => boolean;
  /** it may be absent */
  readonly optional: boolean;
}

const plain = ['text', 'number', 'yes or no'];

/** Reads the tables of docs/evaluate-sequences.md below the heading JSON. @throws Error naming a type without a table */
export function readDocumentedFields(): DocumentedField[] {
  const text = readFileSync(join(findInstallation(), 'docs/evaluate-sequences.md'), 'utf8');
  const [, json = ''] = text.split('\n## JSON\n');
  const types = new Map<string, { fields: string[]; type: string }[]>();
  for (const section of json.split('\n## ')[0]!.split('\n### ').slice(1)) {
    const rows = [...section.matchAll(/^\| (`.*?`) \| (.*?) \|/gm)].map(([, fields, type]) => ({
      fields: [...fields!.matchAll(/`(.*?)`/g)].map(([, field]) => field!),
      type: type!,
    }));
    types.set(section.split('\n')[0]!, rows);
  }
  const expand = (type: string, before: string, optional: boolean): DocumentedField[] => {
    if (plain.includes(type)) return [{ path: before, names: matcherOf(before), optional }];
    const rows = types.get(type);
    if (!rows) throw new Error(`docs/evaluate-sequences.md has no table for the type ${type}`);
    return rows.flatMap((row) =>
      row.fields.flatMap((field) => {
        const path = field.replace('?', '');
        return expand(row.type, before === '' ? path : `${before}.${path}`, optional || field.endsWith('?'));
      }),
    );
  };
  return expand('Report', '', false);
}

function matcherOf(path: string): DocumentedField['names'] {
  const parts = path.split('*').map((part) => part.replace(/[.*+?^${}()|[\]\\]/g, '\\$&'));
  const pattern = new RegExp(`^${parts.join('.+')}$`);
  return (field) => pattern.test(field);
}

/** The paths to all plain values of an object, in the same form. */
export function listFields(value: unknown, before = ''): string[] {
  if (Array.isArray(value)) return value.flatMap((one) => listFields(one, `${before}[]`));
  if (value === null || typeof value !== 'object') return [before];
  return Object.entries(value).flatMap(([name, one]) => listFields(one, before === '' ? name : `${before}.${name}`));
}
