import { test } from 'tap';
import { foldSearch, toSearchText, unfolded } from '../../src/gallery/fold-text.js';

test('no letter is found in one case only', async (t) => {
  const foldStored = (text: string) => toSearchText(text).replace(/./gsu, (letter) => unfolded.get(letter) ?? letter);
  const faults: string[] = [];
  for (let point = 0; point <= 0x10ffff; point++) {
    if (point >= 0xd800 && point <= 0xdfff) continue;
    const letter = String.fromCodePoint(point);
    // The Greek iota under a letter counts as an accent, but its capital is a letter.
    if (letter.normalize('NFD').includes('\u0345')) continue;
    const others = [letter.toLowerCase(), letter.toUpperCase(), letter.normalize('NFD')];
    if (others.every((other) => other === letter)) continue;
    const forms = [letter, letter.toLowerCase(), letter.toUpperCase(), letter.normalize('NFD'), letter.normalize('NFC')];
    if (new Set(forms.flatMap((form) => [foldSearch(form), foldStored(form)])).size > 1)
      faults.push(`${letter} U+${point.toString(16)}`);
  }
  t.same(faults, []);
});
