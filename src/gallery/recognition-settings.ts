import Type, { type Static } from 'typebox';
import Value from 'typebox/value';

const RecognitionSettingsSchema = Type.Object(
  {
    /** whether a picture must pass the liveness check before it is recognised or registered */
    liveness: Type.Boolean(),
    /** what to do if the face to register is already another person's: ignore it, report it, or refuse the registration */
    duplicates: Type.Enum(['off', 'warn', 'refuse']),
  },
  { additionalProperties: false },
);

/** An account's recognition settings. */
export type RecognitionSettings = Readonly<Static<typeof RecognitionSettingsSchema>>;

/** Check liveness first; report duplicates. */
const defaultRecognition: RecognitionSettings = Object.freeze({ liveness: true, duplicates: 'warn' });

/**
 * Reads an account's recognition settings.
 * @param stored JSON, or null for the defaults
 * @throws if the stored settings are invalid: skipping the liveness check by mistake would be worse than failing
 */
export function recognitionOf(stored: string | null): RecognitionSettings {
  return stored === null ? defaultRecognition : Value.Parse(RecognitionSettingsSchema, JSON.parse(stored));
}
