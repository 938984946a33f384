import { test } from 'tap';
import { identifierKey } from '../../src/base/identifier-key.js';

test('identifiers that look the same have one key', async (t) => {
  for (const [spelling, key] of [
    ['AB-12 c', 'AB-12 c'],
    ['１１０１０１', '110101'],
    ['ＡＢ－１２', 'AB-12'],
    ['ｶﾞ', 'ガ'],
    ['e\u0301', 'é'],
    ['e\u200b\u0301', 'é'],
    ['12\u200b34\u200c\u200d\u2060', '1234'],
    ['\ufeff12\u00ad34', '1234'],
    ['\u200e12\u202a34\u202c\u2066\u2069\u061c', '1234'],
    ['1\ufe0f2\u{e0100}\u034f\u115f\u3164\uffa0', '12'],
    ['1\u0007\u00852\ufff9', '12'],
    ['\u00a0 1\u00a02\u3000', '1 2'],
    ['1\t2\u2028', '1 2'],
    ['\u200b\u00ad', ''],
  ] as const) {
    t.equal(identifierKey(spelling), key, encodeURIComponent(spelling));
    t.equal(identifierKey(identifierKey(spelling)), key, 'a key is its own key');
  }
  for (const [one, other] of [
    ['a', 'A'],
    ['Ñ-1', 'Ü-1'],
    ['1 2', '12'],
    ['0', 'O'],
    ['а', 'a'],
    ['01', '1'],
  ] as const)
    t.not(identifierKey(one), identifierKey(other), encodeURIComponent(`${one} ${other}`));
});
