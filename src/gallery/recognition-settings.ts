import Type, { type Static } from 'typebox';
import Value from 'typebox/value';

const RecognitionSettingsSchema = Type.Object(
  {
    /** whether a picture must pass the liveness check before it is recognised or registered */
    liveness: Type.Boolean(),
    /** what happens when a face is registered that is another person's already: nothing, it is reported, it is refused */
    duplicates: Type.Enum(['off', 'warn', 'refuse']),
  },
  { additionalProperties: false },
);

/** How an account recognises. */
export type RecognitionSettings = Readonly<Static<typeof RecognitionSettingsSchema>>;

/** Liveness first, duplicates reported. */
export const defaultRecognition: RecognitionSettings = Object.freeze({ liveness: true, duplicates: 'warn' });

/**
 * An account's settings.
 * @param stored JSON, or null for the defaults
 * @throws when what is stored is none: to recognise without the liveness check by mistake would be worse than failing
 */
export function recognitionOf(stored: string | null): RecognitionSettings {
  return stored === null ? defaultRecognition : Value.Parse(RecognitionSettingsSchema, JSON.parse(stored));
}
