// Texts that quote a fact: `You work at {site.name|your workplace}.` A fact goes into text and attributes, never into
// markup. As domain/instrument/piping.py; what is not known reads as what stands after the bar.

import { writtenNumber } from "./figures.js";

const QUOTE = /\{([^{}|]*)(?:\|([^{}|]*))?\}/g;

// Puts facts into all that is below `root`. `fact(name)` finds one; empty where it is not known.
export function quote(root, fact) {
  const filled = (text) => text.replace(QUOTE, (_, name, fallback) => fact(name.trim()) || (fallback ?? "").trim());
  const walker = document.createTreeWalker(root, NodeFilter.SHOW_TEXT | NodeFilter.SHOW_ELEMENT);
  while (walker.nextNode()) {
    const node = walker.currentNode;
    if (node.nodeType === Node.TEXT_NODE) {
      if (node.data.includes("{")) node.data = filled(node.data);
    } else {
      for (const attribute of node.attributes) {
        // How many characters are left is said by a script, in a text of its own.
        if (!attribute.name.startsWith("data-") && attribute.value.includes("{")) attribute.value = filled(attribute.value);
      }
    }
  }
}

// Texts with the comma of a language between them.
export function listed(texts, words) {
  const [before, between, after] = words.list.split("{}");
  return texts.reduce((first, rest) => before + first + between + rest + after);
}

// An answer of this response as a text quotes it; empty where there is none.
export function inWords(answer, part, words) {
  if (!answer || answer.missing) return "";
  if (answer.codes) return listed(answer.codes.map((code) => part.labels?.[code] ?? code), words);
  if (answer.number) return writtenNumber(answer.number, words.number);
  if (answer.day) {
    const [year, month, day] = answer.day.split("-");
    return `${Number(day)} ${words.months[Number(month) - 1]} ${year}`;
  }
  return answer.time ? answer.time.replace(/^0/, "") : apart(answer.text);
}

// What was written from the right stays in one piece, as domain/instrument/piping.kept_apart has it.
function apart(text) {
  return /[\u05d0-\u065f\u066d-\u06ef\u06fa-\u08ff\ufb1d-\ufefc]/.test(text) ? `\u2068${text}\u2069` : text;
}
