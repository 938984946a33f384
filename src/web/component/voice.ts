import type { Language } from './texts.js';

/** Says hints aloud where the system has a voice of the language, and beeps. Silent where neither can be had. */
export class Voice {
  private sound: AudioContext | undefined;

  /** A text in place of the one being said. @returns whether there is a voice for it */
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

  /** @param pitch Hz @param length ms */
  beep(pitch: number, length = 120): void {
    try {
      this.sound ??= new AudioContext();
      const tone = new OscillatorNode(this.sound, { frequency: pitch });
      const volume = new GainNode(this.sound, { gain: 0.15 });
      tone.connect(volume).connect(this.sound.destination);
      tone.start();
      tone.stop(this.sound.currentTime + length / 1000);
    } catch {
      // No sound is no reason to end a capture.
    }
  }

  end(): void {
    globalThis.speechSynthesis?.cancel();
    void this.sound?.close().catch(() => {});
    this.sound = undefined;
  }
}
