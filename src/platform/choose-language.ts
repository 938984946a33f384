/** The languages of messages for people. */
export type Language = 'en' | 'es';

/**
 * The preferred language of an Accept-Language header (RFC 9110, 12.5.4) or of OpenID's ui_locales. English if they name neither.
 */
export function chooseLanguage(...wishes: (string | undefined)[]): Language {
  for (const wish of wishes) {
    const ranked = (wish ?? '')
      .split(/[, ]+/)
      .map((part) => {
        const [tag = '', ...parameters] = part.split(';');
        const quality = parameters.map((p) => /^\s*q=([\d.]+)$/.exec(p)?.[1]).find((q) => q !== undefined);
        return { language: tag.trim().toLowerCase().split('-')[0], quality: Number(quality ?? 1) };
      })
      .sort((a, b) => b.quality - a.quality);
    const found = ranked.find(({ language, quality }) => quality > 0 && (language === 'en' || language === 'es'));
    if (found) return found.language as Language;
  }
  return 'en';
}
