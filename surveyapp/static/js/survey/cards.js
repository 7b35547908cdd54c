// An interviewer's cards, made of the pack: options in this person's order, each with its key, quotations and answers in.

import { quote } from "./facts.js";
import { fill } from "./page.js";

const DIGITS = "1234567890";

// A card of the pack as an element, for one person. `order`: the codes of its options as they hear them; `parts`: of all its
// pages; `values`: what its fields hold, by name; `fact`: as for `quote`; `on(page)`: whether a page is asked.
export function madeCard(card, { order, parts, values, fact, on }) {
  const template = document.createElement("template");
  template.innerHTML = card.html;
  const element = template.content.querySelector("[data-card]");
  if (order) for (const item of element.querySelectorAll("[data-item]")) arrange(item, order);
  if (card.quotes) quote(element, fact);
  fill(element, { parts }, values);
  for (const item of element.querySelectorAll("[data-item]")) if (!on(item.dataset.page)) item.remove();
  for (const shown of element.querySelectorAll("input[name=shown]")) if (!on(shown.value)) shown.remove();
  return element;
}

function arrange(item, order) {
  const inputs = [...item.querySelectorAll("input")].filter((input) => input.name === item.dataset.item);
  const groups = new Map(inputs.map((input) => [input.value, groupOf(input)]));
  if (!groups.size) return;
  const end = document.createComment("");
  [...groups.values()].pop().slice(-1)[0].after(end);
  order.forEach((code, place) => {
    const group = groups.get(code);
    if (!group) return;
    end.before(...group);
    const [input, key] = [group[0].querySelector("input"), group[0].querySelector("kbd")];
    if (DIGITS[place]) input.dataset.key = DIGITS[place];
    else delete input.dataset.key;
    if (key) key.textContent = DIGITS[place] ?? "";
  });
  end.remove();
}

function groupOf(input) {
  const row = input.closest("label");
  const after = row.nextElementSibling;
  return after?.matches(".specify") ? [row, after] : [row];
}

// What an item's fields hold, by name.
export function fieldsIn(item) {
  const values = {};
  for (const field of item.querySelectorAll("input[name], textarea[name]")) {
    if (["radio", "checkbox"].includes(field.type) ? field.checked : field.value.trim()) (values[field.name] ??= []).push(field.value);
  }
  return values;
}

// Somebody else answered meanwhile: what stands is told below the question, which has what was entered here. Both are in the
// history; which one counts is chosen here.
export function dispute({ words: answer, whose }, words, { keep, mine }) {
  const box = Object.assign(document.createElement("div"), { className: "note told" });
  const line = document.createElement("p");
  const [before, after] = words[whose].split("{}");
  line.append(before, Object.assign(document.createElement("bdi"), { textContent: answer.join(", ") }), after ?? "");
  const buttons = Object.assign(document.createElement("p"), { className: "on" });
  for (const [text, act] of [[words.keep, keep], [words.mine, mine]]) {
    buttons.append(Object.assign(document.createElement("button"), {
      type: "button", className: "secondary", textContent: text, onclick: act,
    }));
  }
  box.append(line, buttons);
  return box;
}
