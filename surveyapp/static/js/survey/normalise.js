// What is typed, made one shape before it is read, as domain/normalise.py does.

const LINE_ENDS = /\r\n|[\r\x0b\x0c\x85\u2028\u2029]/g;
const NEVER = /[\x00-\x08\x0e-\x1f\x7f-\x9f\ud800-\udfff\ufdd0-\ufdef\ufffe\uffff]/gu;
const NOT_SHOWN =
  /[\s\u00ad\u034f\u061c\u115f\u1160\u17b4\u17b5\u180b-\u180f\u200b-\u200f\u202a-\u202e\u2060-\u206f\u2800\u3164\ufe00-\ufe0f\ufeff\uffa0\ufff0-\ufffb\u{1bca0}-\u{1bca3}\u{1d159}\u{1d173}-\u{1d17a}\u{e0000}-\u{e0fff}]/gu;
const EDGES = "[ \\t\\n\\u0085\\u00a0\\u00ad\\u1680\\u180e\\u2000-\\u200b\\u2028\\u2029\\u202f\\u205f\\u2060\\u2800\\u3000\\u3164\\ufeff]";
const AT_EDGES = new RegExp(`^${EDGES}+|${EDGES}+$`, "g");
const AN_EDGE = new RegExp(`^${EDGES}$`);
const JOINERS = /([^\u200c\u200d])?[\u200c\u200d]+(?=([^\u200c\u200d])?)/gu;

// What means something else than it would fold to: raised, lowered, circled, a fraction.
const KEPT_APART =
  /[\xaa\xba\u02b0-\u02b8\u02e0-\u02e4\u10fc\u1d2c-\u1dbf\u2071-\u209c\u2120\u2122\u24b6-\u24e9\u2c7c-\u2d6f\u3196-\u319f\u3244-\u3247\u3260-\u32b0\u32d0-\u32fe\ua69c-\ua7f9\uab5c-\uab69\u{10781}-\u{107ba}\u{1f12b}-\u{1f12e}\u{1f16a}-\u{1f16c}\u{1f250}\u{1f251}\p{No}\p{Nl}]/u;

// Somebody's own words: NFC, trimmed, every line end as LF. Empty where nothing would show.
export function freeText(typed) {
  let text = typed.replace(LINE_ENDS, "\n").replace(NEVER, "");
  if (isBlank(text)) return "";
  text = text.normalize("NFC").replace(JOINERS, joined).normalize("NFC");
  return text.replace(AT_EDGES, "");
}

export function oneLine(typed) {
  return spaced(freeText(typed));
}

// What a machine is to read, on one line: digits of any script as 0-9, every dash as “-”, what shows nothing left out.
export function code(typed) {
  const text = folded(typed.replace(NEVER, "").normalize("NFC"));
  return spaced(text.replace(NOT_SHOWN, (shown) => (/[^\S\ufeff]/.test(shown) ? " " : "")));
}

// As Python's `casefold`, which knows no Turkish.
export function caseless(text) {
  return [...text].map((each) => (each === "ı" ? each : each.toUpperCase().toLowerCase())).join("");
}

export function isBlank(text) {
  return !text.replace(NEVER, "").replace(NOT_SHOWN, "");
}

function spaced(text) {
  return text.split(/[^\S\ufeff]+/).filter(Boolean).join(" ");
}

function joined(found, before = "", after = "") {
  return before + (isOfAWord(before) && isOfAWord(after) ? found[before.length] : "");
}

function isOfAWord(character) {
  return /[\p{L}\p{M}\p{N}\p{S}]/u.test(character) && !AN_EDGE.test(character);
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
