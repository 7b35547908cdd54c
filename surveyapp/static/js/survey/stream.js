// The stream of questions: which is current, what goes with what in an item, and new ones when they are asked.

export class Stream {
  constructor(root) {
    this.root = root;
    this.current = null;
  }

  get items() { return [...this.root.querySelectorAll("[data-item]")]; }

  // The first item that is wrong, or the first without an answer, or the first.
  start(anchor) {
    const items = this.items;
    const named = anchor ? document.getElementById(anchor)?.closest("[data-item]") : null;
    this.go(named ?? items.find((item) => item.classList.contains("faulty"))
      ?? items.find((item) => !isAnswered(item)) ?? items[0]);
  }

  mark(item) {
    if (!item || item === this.current) return;
    this.current = item;
    for (const each of this.root.querySelectorAll(".now")) each.classList.remove("now");
    item.classList.add("now");
    item.closest(".q")?.classList.add("now");
  }

  // Makes an item current and puts the focus where its answer is entered.
  go(item) {
    if (!item) return;
    this.mark(item);
    const lines = [...item.querySelectorAll("textarea, input[type=text]")];
    const entry = item.querySelector("input:checked") ?? lines.find((line) => line.matches("textarea") || !line.closest(".specify, .why"))
      ?? item.querySelector("input") ?? item;
    entry.focus({ preventScroll: true });
    const calm = matchMedia("(prefers-reduced-motion: reduce)").matches;
    (item.closest(".q") ?? item).scrollIntoView({ block: "nearest", behavior: calm ? "auto" : "smooth" });
  }

  // The item after or before the current one; null at the end.
  beside(step) {
    const items = this.items;
    return items[items.indexOf(this.current) + step] ?? null;
  }

  // What cannot stand together gives way to what was chosen last.
  settle(item, changed) {
    const boxes = [...item.querySelectorAll("input[type=checkbox], input[type=radio]")];
    const typed = [...item.querySelectorAll("textarea, input[type=text]")].filter((field) => !field.closest(".specify, .why"));
    if (boxes.includes(changed) && changed.checked) {
      for (const box of boxes) {
        if (box !== changed && ("alone" in changed.dataset || "alone" in box.dataset)) box.checked = false;
      }
      if ("alone" in changed.dataset) for (const field of typed) field.value = "";
    } else if (typed.includes(changed) && changed.value.trim()) {
      for (const box of boxes) box.checked = false;
    }
    if (changed.type === "checkbox" && !changed.checked && !isAnswered(item)) {
      const skip = item.querySelector("input[name$=':missing'][value=skipped]");
      if (skip) skip.checked = true;
    }
  }
}

export function isAnswered(item) {
  return [...item.querySelectorAll("input, textarea")].some((field) => !field.closest(".specify, .why")
    && (["radio", "checkbox"].includes(field.type) ? field.checked : field.type !== "hidden" && field.value.trim()));
}

// Shows how an item stands: whether it is answered, what is wrong (`sentence`, with the `variable`), who answered where it was
// somebody else. Before what is wrong stands a word that says so.
export function refresh(item, { answered, fault = null, by = "" }) {
  item.classList.toggle("done", answered && !fault);
  item.classList.toggle("faulty", Boolean(fault));
  for (const [name, part, text] of [[".fault", ".fault > :last-child", fault?.sentence ?? ""], [".by", ".by", by]]) {
    const said = item.querySelector(part);
    if (said.textContent !== text) said.textContent = text;
    item.querySelector(name).hidden = !text;
  }
  for (const box of item.querySelectorAll("textarea, input[type=text]")) {
    if (fault && box.name.split(":")[0] === fault.variable && !box.closest(".why")) box.setAttribute("aria-invalid", "true");
    else box.removeAttribute("aria-invalid");
  }
}

// Makes the children of `old` that fit `selector` the same, in the same order, as those of `fresh`, keeping the elements
// that stay; `keep` renews what is inside one.
export function patch(old, fresh, selector, key, keep) {
  const standing = new Map([...old.querySelectorAll(selector)].map((element) => [key(element), element]));
  let after = null;
  for (const renewed of fresh.querySelectorAll(selector)) {
    const known = standing.get(key(renewed));
    if (known) {
      standing.delete(key(renewed));
      keep(known, renewed);
      after = known;
    } else if (after) {
      after.after(renewed);
      after = renewed;
    } else {
      const first = old.querySelector(selector);
      if (first) first.before(renewed);
      else old.append(renewed);
      after = renewed;
    }
  }
  for (const gone of standing.values()) gone.remove();
}
