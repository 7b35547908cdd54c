// What stands in place of a question while answers wait for a signal: how much, whether this device keeps it, and of which
// sections. Its words are the pack's.

// `sectionOf(save)`; `again()`: tries at once; `back`: the address of the question before.
export function keptScreen({ pack, slip, route, queue, back, sectionOf, again }) {
  const waiting = queue.pending();
  const sections = new Set(waiting.map(sectionOf));
  const template = document.createElement("template");
  template.innerHTML = pack.screens.kept;
  const { content } = template;
  content.querySelector("a.back").href = back;
  for (const count of content.querySelectorAll("[data-count]")) {
    count.textContent = count.dataset.count.replace("{}", waiting.length);
    count.hidden = !waiting.length;
  }
  const keeps = slip.own && queue.stand() !== "cannot_keep";
  const which = keeps ? (slip.until ? "until" : "yes") : "no";
  for (const said of content.querySelectorAll("[data-own]")) {
    said.hidden = said.dataset.own !== which;
    said.textContent = said.textContent.replace("{}", slip.until ?? "");
  }
  content.querySelector("[data-try]").addEventListener("click", again);
  const list = content.querySelector("ul");
  for (const { id, title } of pack.sections) {
    const asked = route.sections.some((each) => each.section === id);
    const state = sections.has(id) ? "kept" : asked ? "saved" : "none";
    const item = document.createElement("li");
    item.classList.toggle("waiting", state === "kept");
    for (const text of [title, list.dataset[state]]) item.append(Object.assign(document.createElement("span"), { textContent: text }));
    list.append(item);
  }
  list.hidden = false;
  return content;
}
