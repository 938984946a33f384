import type { Language } from './texts.js';

/** Speaks hints if the system has a voice for the language, and beeps. Silent if neither is available. */
export class Voice {
  private sound: AudioContext | undefined;

  /** Speaks a text, interrupting the current one. @returns whether there is a voice for the language */
  say(text: string, language: Language): boolean {
    const voice = globalThis.speechSynthesis
      ?.getVoices()
      .find(({ lang, localService }) => localService && lang.startsWith(language));
    if (!voice) return false;
    const said = new SpeechSynthesisUtterance(text);
    said.voice = voice;
    said.lang = voice.lang;
    speechSynthesis.cancel();
    speechSynthesis.speak(said);
    return true;
  }

  /** Beeps. @param pitch Hz @param length ms */
  beep(pitch: number, length = 120): void {
    try {
      this.sound ??= new AudioContext();
      const tone = new OscillatorNode(this.sound, { frequency: pitch });
      const volume = new GainNode(this.sound, { gain: 0.15 });
      tone.connect(volume).connect(this.sound.destination);
      tone.start();
      tone.stop(this.sound.currentTime + length / 1000);
    } catch {
      // A missing sound must not end a capture.
    }
  }

  end(): void {
    globalThis.speechSynthesis?.cancel();
    void this.sound?.close().catch(() => {});
    this.sound = undefined;
  }
}
