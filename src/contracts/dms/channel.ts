/** The vendor's sales channels. */
export const channels = ['WEB', 'MOBILE', 'OTHER'] as const;

/** A channel as it is stored: the vendor's are accepted in any letter case; other texts, which a correction may set, stay. */
export function normalizeChannel(text: string): string {
  const upper = text.trim().toUpperCase();
  return channels.find((channel) => channel === upper) ?? text;
}
