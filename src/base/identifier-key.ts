/** Default-ignorable characters (zero-width, soft hyphen, variation selectors, bidirectional marks), controls and annotations. */
const invisible = /[\p{Default_Ignorable_Code_Point}\p{Cc}\ufff9-\ufffb]/gu;

/**
 * The form in which identifiers are compared: composed and width-folded (NFKC), without invisible characters, any white space as a
 * space, none around it. Case counts. Store identifiers as they were sent; this is for comparison only, and is never shown.
 *
 * The keys are stored (`persons.citizen_key`), so a change of this function needs a migration.
 */
export function identifierKey(identifier: string): string {
  const visible = identifier.replace(/\s/gu, (space) => (space === '\ufeff' ? '' : ' ')).replace(invisible, '');
  return visible.normalize('NFKC').replace(invisible, '').trim();
}
