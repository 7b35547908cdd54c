// What a machine is to read of what is typed, made one shape before it is read, as domain/normalise.py does.

import { NEVER, NOT_SHOWN, spaced } from "./normalise.js";

// What means something else than it would fold to: raised, lowered, circled, a fraction.
const KEPT_APART =
  /[\xaa\xba\u02b0-\u02b8\u02e0-\u02e4\u10fc\u1d2c-\u1dbf\u2071-\u209c\u2120\u2122\u24b6-\u24e9\u2c7c-\u2d6f\u3196-\u319f\u3244-\u3247\u3260-\u32b0\u32d0-\u32fe\ua69c-\ua7f9\uab5c-\uab69\u{10781}-\u{107ba}\u{1f12b}-\u{1f12e}\u{1f16a}-\u{1f16c}\u{1f250}\u{1f251}\p{No}\p{Nl}]/u;

// What a machine is to read, on one line: digits of any script as 0-9, every dash as “-”, what shows nothing left out.
export function code(typed) {
  const text = folded(typed.replace(NEVER, "").normalize("NFC"));
  return spaced(text.replace(NOT_SHOWN, (shown) => (/[^\S\ufeff]/.test(shown) ? " " : "")).normalize("NFC"));
}

// The digits of what was typed as digits; blanks and dashes between them are nothing. Null where there is anything else, or
// nothing.
export function digitsIn(typed) {
  const digits = code([...typed].slice(0, 200).join("")).replace(/[ .,_/-]/g, "");
  return /^[0-9]+$/.test(digits) ? digits : null;
}

// As Python's `casefold`, which knows no Turkish.
export function caseless(text) {
  return [...text].map((each) => (each === "ı" ? each : each.toUpperCase().toLowerCase())).join("");
}

function folded(text) {
  return [...text].map(foldedCharacter).join("");
}

function foldedCharacter(character) {
  if (/\p{Nd}/u.test(character)) return digit(character);
  if (/[\p{Pd}\u2212]/u.test(character)) return "-";
  if (KEPT_APART.test(character)) return character;
  const plain = character.normalize("NFKC");
  return plain === character ? character : folded(plain);
}

// Digits stand in runs of ten, 0 first.
function digit(character) {
  const point = character.codePointAt(0);
  if (point < 0x80) return character;
  let first = point;
  while (/\p{Nd}/u.test(String.fromCodePoint(first - 1))) first -= 1;
  return String((point - first) % 10);
}
