// Somebody's own words, made one shape before they are read, as domain/normalise.py does.

const LINE_ENDS = /\r\n|[\r\x0b\x0c\x85\u2028\u2029]/g;
export const NEVER = /[\x00-\x08\x0e-\x1f\x7f-\x9f\ud800-\udfff\ufdd0-\ufdef\ufffe\uffff]/gu;
export const NOT_SHOWN = /[\s\p{DI}\u2800\ufff9-\ufffb\u{1d159}]/gu;
const EDGES = "[\\s\\x85\\xad\\u180e\\u200b\\u2060\\u2800\\u3164]";
const AT_EDGES = new RegExp(`^${EDGES}+|${EDGES}+$`, "g");
const AN_EDGE = new RegExp(`^${EDGES}$`);
const JOINERS = /([^\u200c\u200d])?[\u200c\u200d]+(?=([^\u200c\u200d])?)/gu;

// NFC, trimmed, every line end as LF. Empty where nothing would show.
export function freeText(typed) {
  let text = typed.replace(LINE_ENDS, "\n").replace(NEVER, "");
  if (isBlank(text)) return "";
  text = text.normalize("NFC").replace(JOINERS, joined).normalize("NFC");
  return text.replace(AT_EDGES, "");
}

export function oneLine(typed) {
  return spaced(freeText(typed));
}

export function isBlank(text) {
  return !text.replace(NEVER, "").replace(NOT_SHOWN, "");
}

export function spaced(text) {
  return text.split(/[^\S\ufeff]+/).filter(Boolean).join(" ");
}

function joined(found, before = "", after = "") {
  return before + (isOfAWord(before) && isOfAWord(after) ? found[before.length] : "");
}

function isOfAWord(character) {
  return /[\p{L}\p{M}\p{N}\p{S}]/u.test(character) && !AN_EDGE.test(character);
}
