// What stands in place of a question while answers wait: how many, for what, whether this device keeps them, and of which
// sections. Its words are the pack's.

import { refill } from "./page.js";

// Shows it for as long as `turn` has nothing else to show, and anew when something of it changes.
export function showKept(turn) {
  const { queue } = turn;
  let shown = null;
  turn.kept = () => {
    const now = `${queue.stand()} ${queue.pending().length}`;
    if (now === shown) return;
    refill(turn.main, keptScreen(turn));
    if (shown === null) turn.top();
    shown = now;
  };
  turn.going(false);
  turn.kept();
}

function keptScreen(turn) {
  const { pack, slip, route, queue, byId } = turn;
  const waiting = queue.pending();
  const sections = new Set(waiting.map((save) => byId.get(save.page)?.section));
  const template = document.createElement("template");
  template.innerHTML = pack.screens.kept;
  const { content } = template;
  // Of a page that closed no answer is shown any more.
  if (turn.closed) content.querySelector(".way").remove();
  else content.querySelector("a.back").href = turn.addressOf(turn.page.id);
  const where = content.querySelector("[data-all]");
  if (!route.frontier) where.textContent = where.dataset.all;
  for (const count of content.querySelectorAll("[data-count]")) {
    count.textContent = count.dataset.count.replace("{}", waiting.length);
    count.hidden = !waiting.length;
  }
  const stand = queue.stand();
  const keeps = slip.own && !["cannot_keep", "ended_here"].includes(stand);
  const is = [["ended", "ended_here", "elses"].includes(stand) ? "link" : "signal", keeps ? "own" : "here"];
  for (const said of content.querySelectorAll("[data-for]")) {
    if (said.dataset.for.split(" ").every((each) => is.includes(each))) said.hidden = false;
    else said.remove();
    if (said.dataset.until && slip.until) said.textContent = said.dataset.until.replace("{}", slip.until);
  }
  content.querySelector("[data-try]").addEventListener("click", () => queue.tryNow());
  const list = content.querySelector("ul");
  for (const { id, title } of pack.sections) {
    const along = route.sections.find((each) => each.section === id);
    const state = sections.has(id) ? (keeps ? "kept" : "here") : !along ? "none" : along.answered ? "saved" : "open";
    const item = document.createElement("li");
    item.classList.toggle("waiting", sections.has(id));
    for (const text of [title, list.dataset[state]]) item.append(Object.assign(document.createElement("span"), { textContent: text }));
    list.append(item);
  }
  list.hidden = false;
  return content;
}
