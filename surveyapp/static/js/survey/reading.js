// What a page's fields mean: an answer, or what is wrong. As every kind reads them on the server (domain/instrument/kinds).
//
// An answer is `{codes}`, `{number}`, `{day}`, `{time}`, `{text}` or `{missing}`; a fault `{variable, code}` and what its
// sentence needs. Where this phone cannot tell (a pattern that only the server's engine knows) it says `unsure`.

import { freeText, oneLine } from "./normalise.js";

// How choices are read, and what is typed where `typed.js` has said so.
let shaped = (text) => text.trim();
let boxed = null;

// Takes up how numbers, days and times are read as they are typed: `typed` of `typed.js`.
export function learn({ readers, shape, boxes }) {
  Object.assign(READERS, readers);
  shaped = shape;
  boxed = boxes;
}

// Reads the parts of one page from `form`: every value by the name of its field. `words`: the pack's; `skips`: whether
// whoever asks may leave out a question, as an interviewer may.
export function read(parts, form, words = {}, skips = false) {
  const found = { answers: {}, faults: [], unsure: false };
  for (const part of parts) {
    if (part.when && !found.answers[part.when[0]]?.codes?.includes(part.when[1])) continue;
    const { fault, unsure, ...answer } = readPart(part, form, words, skips);
    if (fault) found.faults.push({ variable: part.key, ...fault });
    else {
      found.answers[part.key] = answer;
      if (unsure) found.unsure = true;
    }
  }
  return found;
}

// The newest answers by variable, from the forms that give them: what the slip holds.
export function readStored(pages, forms, words) {
  const answers = {};
  for (const page of pages) {
    for (const part of page.parts) {
      const form = forms[part.key];
      if (!form) continue;
      const { fault, unsure, ...answer } = readPart(part, form, words);
      // Somebody else may leave open what the person themselves has to answer.
      if (form[`${part.key}:missing`]?.[0] === "skipped") answers[part.key] = { missing: "skipped" };
      else if (!fault) answers[part.key] = answer;
    }
  }
  return answers;
}

function readPart(part, form, words, skips = false) {
  const values = typed(part, form);
  const reasons = [...new Set((form[`${part.key}:missing`] ?? []).map(shaped).filter(Boolean))];
  if (reasons.length && values.length) return wrong("exclusive");
  if (reasons.length > 1) return wrong("more_than_one");
  if (skips && reasons[0] === "skipped") return { missing: "skipped" };
  if (reasons.length) return part.missing?.includes(reasons[0]) ? { missing: reasons[0] } : wrong("not_an_option");
  if (values.length) return READERS[part.type](part, values, words);
  return part.required ? wrong("required") : { missing: "skipped" };
}

function typed(part, form) {
  const shape = part.type !== "text" ? shaped : part.lines ? freeText : oneLine;
  const values = (form[part.key] ?? []).map(shape).filter(Boolean);
  return part.boxes ? boxed(part, form, values) : values;
}

function wrong(code, more) {
  return { fault: { code, ...more } };
}

const READERS = {
  code: (part, values) => {
    if (values.length > 1) return wrong("more_than_one");
    return (part.codes ?? []).includes(values[0]) ? { codes: values } : wrong("not_an_option");
  },

  codes: (part, values) => {
    const codes = (part.codes ?? []).filter((each) => values.includes(each));
    if (codes.length !== new Set(values).size) return wrong("not_an_option");
    const alone = codes.find((each) => part.alone?.includes(each));
    if (alone && codes.length > 1) return wrong("exclusive_option", { option: alone });
    if (codes.length < (part.minimum ?? 0) && !alone) return wrong("too_few");
    return codes.length > (part.maximum || Infinity) ? wrong("too_many") : { codes };
  },

  // One of a scale's. What is typed is read by `typed.js`.
  number: (part, values) => (values.length > 1 ? wrong("more_than_one") : { number: values[0] }),

  text: (part, values) => {
    if (values.length > 1) return wrong("more_than_one");
    const [text] = values;
    if ([...text].length > part.limit) return wrong("too_long");
    return part.pattern ? { text, unsure: true } : { text };
  },
};
