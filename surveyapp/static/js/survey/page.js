// A question's page: made of the pack's fragment, filled in, read, and told what is wrong with it.

import { typedNumber, writtenNumber } from "./figures.js";
import { quote } from "./facts.js";

// Fields of the form that are not of the question.
const OWN = new Set(["csrf_token", "save_id", "kept_form", "seen", "then", "lang"]);

// A page of the pack as a fragment of elements, for one person. `order`: the codes of its options as they see them;
// `values`: what its fields hold, by name; `fact`: as for `quote`.
export function made(page, { order, values, fact }) {
  const content = elements(unfolded(page));
  if (order) arrange(content, page, order);
  if (page.quotes) quote(content, fact);
  fill(content, page, values);
  return content;
}

// Markup as a fragment of elements.
export function elements(markup) {
  const template = document.createElement("template");
  template.innerHTML = markup;
  return template.content;
}

// Puts content in the place of what is in an element.
export function refill(place, ...content) {
  place.textContent = "";
  place.append(...content);
}

// Puts back into a page what its markup and its own name say as well: as web/packs/folding.py took it out. Done again, it
// changes nothing.
export function whole({ id, parts, html }) {
  parts.forEach((part, place) => {
    part.key = (part.key ?? "~").replace("~", id);
    // Those of a page whose markup has not come are read once it has.
    if (html) part.codes ??= [...html.matchAll(new RegExp(`name="~${place}" value="([^"]+)`, "g"))].map(([, code]) => code);
  });
}

// The markup of a page with the names and ids of its variables in it, as web/packs/folding.py took them out.
function unfolded({ html, parts }) {
  const keys = parts.map(({ key }) => key);
  return html.replace(/~(\d|[a-j]|~)/g, (_, mark) => {
    if (mark === "~") return mark;
    return keys[mark] ?? keys[parseInt(mark, 20) - 10].replace("@", "-");
  });
}

// Puts options in order, each with the “or” before it and the line of text that goes with it. The first one bears the id of
// its field, where a fault's link leads. The line that goes with an option has none of its own to put in order.
function arrange(content, page, order) {
  for (const part of page.parts.filter(({ when }) => !when)) {
    const inputs = named(content, part.key);
    // The rows of a table were put in order with the first of its moments.
    if (!order.every((code, place) => inputs[place]?.value === code)) {
      const groups = new Map(inputs.map((input) => [input.value, groupOf(input)]));
      const end = document.createComment("");
      groupOf(inputs[inputs.length - 1]).pop().after(end);
      for (const code of order) end.before(...(groups.get(code) ?? []));
      end.remove();
    }
    const id = part.key.replace("@", "-");
    content.querySelector(`#${CSS.escape(id)}`)?.removeAttribute("id");
    named(content, part.key)[0].id = id;
  }
}

function groupOf(input) {
  const row = input.closest("tr") ?? input.closest("label");
  const [before, after] = [row.previousElementSibling, row.nextElementSibling];
  return [...(before?.matches(".or") ? [before] : []), row, ...(after?.matches(".more") ? [after] : [])];
}

function named(content, name) {
  return [...content.querySelectorAll("input")].filter((input) => input.name === name);
}

// Fills in what is chosen or written, as the server would have: an attribute, so that nothing counts as changed.
export function fill(content, page, values) {
  for (const part of page.parts) if (part.boxes) values = { ...boxed(part, values), ...values };
  for (const input of content.querySelectorAll("input, textarea")) {
    const held = values[input.name] ?? [];
    if (input.type === "radio" || input.type === "checkbox") input.defaultChecked = held.includes(input.value);
    else if (held.length) input.defaultValue = held.map((each) => each.trim()).find(Boolean) ?? "";
  }
}

// A stored day, in its boxes.
function boxed(part, values) {
  const [stored] = values[part.key] ?? [];
  const found = /^([0-9]{4})-([0-9]{2})-([0-9]{2})$/.exec(stored ?? "");
  if (!found) return {};
  const in_boxes = { year: found[1], month: String(Number(found[2])), day: String(Number(found[3])) };
  return Object.fromEntries(part.boxes.map((box) => [`${part.key}:${box}`, [in_boxes[box]]]));
}

// Every value of the question's fields, by name.
export function valuesOf(form) {
  const values = {};
  for (const [name, value] of new FormData(form)) if (!OWN.has(name)) (values[name] ??= []).push(value);
  return values;
}

// Of a form's values those of one variable.
export function fieldsOf(part, values) {
  return Object.fromEntries(Object.entries(values).filter(([name]) => name.split(":")[0] === part.key));
}

// Says what is wrong where it is to be put right, and nothing of what was wrong before. Returns what has the focus: of the
// first, as the server's page has it, the one box that it describes, or else the sentence.
export function tell(root, page, faults, pack) {
  for (const place of root.querySelectorAll(".fault")) {
    place.hidden = true;
    place.closest(".field")?.classList.remove("faulty");
    describe(described(root, place.id), place.id);
  }
  for (const input of root.querySelectorAll("[aria-invalid]")) input.removeAttribute("aria-invalid");
  const places = faults.map((fault) => place(root, page, fault, pack));
  return places.find(Boolean) ?? null;
}

function place(root, page, fault, pack) {
  const part = page.parts.find((each) => each.key === fault.variable);
  const id = fault.variable.replace("@", "-");
  const said = root.querySelector(`#${CSS.escape(id)}-fault`);
  if (!said || !part) return null;
  [...said.childNodes].slice(1).forEach((each) => each.remove());
  said.append(fault.sentence ?? sentence(fault, part, pack));
  said.hidden = false;
  if (!said.closest(".more")) said.closest(".field")?.classList.add("faulty");
  for (const box of boxesOf(root, part, fault, pack)) box.setAttribute("aria-invalid", "true");
  const control = described(root, said.id);
  describe(control, said.id, [said.id]);
  return control?.matches("fieldset") ? said : control ?? said;
}

// What bears the description of a fault: the group of options or boxes, or else what is typed in.
function described(root, faultId) {
  const said = root.querySelector(`#${CSS.escape(faultId)}`);
  const group = said.closest(".more") ? null : said.closest("fieldset");
  return group ?? root.querySelector(`#${CSS.escape(faultId.replace(/-fault$/, ""))}`);
}

// Has a control described by what else there is and, in place of what has this id, by `ids`.
function describe(control, id, ids = []) {
  const all = [...(control?.getAttribute("aria-describedby") ?? "").split(" ").filter((each) => each && each !== id), ...ids];
  if (all.length) control?.setAttribute("aria-describedby", all.join(" "));
  else control?.removeAttribute("aria-describedby");
}

function boxesOf(root, part, fault, pack) {
  if (part.boxes) {
    const names = pack.words.faulty_boxes?.[fault.code] ?? part.boxes;
    return names.flatMap((box) => named(root, `${part.key}:${box}`));
  }
  const input = root.querySelector(`#${CSS.escape(part.key.replace("@", "-"))}`);
  return input && !["radio", "checkbox"].includes(input.type) ? [input] : [];
}

// The sentence for a fault, as the server would have said it.
export function sentence(fault, part, { faults, words }) {
  const said = faults[part.faults][fault.code] ?? "";
  if (fault.option) return said.replace("{option}", () => part.labels[fault.option]);
  if (!fault.readings) return said;
  const [one, two] = fault.readings;
  const figures = {
    one: writtenNumber(one, words.number), two: writtenNumber(two, words.number),
    first: typedNumber(one), second: typedNumber(two),
  };
  return said.replace(/\{(one|two|first|second)\}/g, (_, name) => figures[name]);
}
