import { type RawBuilder, sql } from 'kysely';
import { isPostgres } from '../storage/dialect.js';
import type { Database } from '../storage/schema.js';

/** The capitals of Latin-1 beyond ASCII, and their small letters. */
const capitals = Array.from({ length: 0xdf - 0xc0 }, (_, index) => String.fromCodePoint(0xc0 + index)).filter(
  (letter) => letter.toLowerCase() !== letter,
);
const smallLetters = capitals.map((letter) => letter.toLowerCase());

/** Calls that may be nested: SQLite's parser has a stack of 100 symbols. */
const nested = 10;

/**
 * A text column with small letters, for sorting without regard to letter case. Both databases fold the letters of Latin-1, and no
 * others: SQLite's own `lower` knows ASCII only, and PostgreSQL's depends on its locale.
 */
export function foldCase(db: Database, column: string): RawBuilder<string> {
  if (isPostgres(db))
    return sql`translate(lower(${sql.ref(column)} collate "C"), ${sql.lit(capitals.join(''))}, ${sql.lit(smallLetters.join(''))}) collate "C"`;
  let text: RawBuilder<string> = sql`lower(${sql.ref(column)})`;
  for (let start = 0; start < capitals.length; start += nested) {
    const name = sql.ref(`text${start}`);
    let folded: RawBuilder<string> = sql`${name}`;
    for (let at = start; at < Math.min(start + nested, capitals.length); at++)
      folded = sql`replace(${folded}, ${sql.lit(capitals[at]!)}, ${sql.lit(smallLetters[at]!)})`;
    text = sql`(select ${folded} from (select ${text} as ${name}))`;
  }
  return text;
}
