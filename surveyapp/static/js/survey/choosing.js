// Somebody else answered meanwhile: what stands is told above the question, with one's own filled in below it. Both are in
// the history; which one counts is chosen here.

import { listed } from "./facts.js";

// `stands`: as the server tells it, by variable; `words`: of the pack; `keep()`: what stands is to stay.
export function choice(stands, words, keep) {
  const box = Object.assign(document.createElement("div"), { className: "note told" });
  box.setAttribute("role", "alert");
  for (const { words: answer, whose } of Object.values(stands)) {
    const line = document.createElement("p");
    // The answer may run the other way than the sentence: its own element keeps it apart.
    const [before, after] = words.stands[whose].split("{}");
    const own = Object.assign(document.createElement("bdi"), { textContent: listed(answer, words) });
    line.append(before, own, after ?? "");
    box.append(line);
  }
  box.append(Object.assign(document.createElement("p"), { textContent: words.stands.below }));
  const button = Object.assign(document.createElement("button"), {
    type: "button", className: "secondary", textContent: words.stands.keep, onclick: keep,
  });
  box.append(button);
  return box;
}
