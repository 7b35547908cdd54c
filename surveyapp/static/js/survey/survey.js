// Starts what a question's page can do with a script. Until it has what it needs, and where it never gets it, the page goes
// on without: every form is still the server's.
//
// Written for browsers from 2020 on: modules, `?.` and `??`, `??=` (Chrome 85, Safari 14, Firefox 79), `\p{…}`, BigInt.

import { startAloud } from "./aloud.js";
import { startLeaving } from "./leaving.js";
import { openQueue } from "./queue.js";
import { showState, unsaved } from "./state.js";
import { Turning } from "./turn.js";

const main = document.querySelector("main");
const form = main.querySelector("form.question");
const [, address, page] = /^(.*)\/q\/([^/?]+)/.exec(new URL(form.action).pathname);
let turning = null;
let queue = null;
let changed = false;
let left = false;

startAloud(main);
startLeaving({ address: `${address}/leave`, clear: () => { left = true; return queue?.clear(); } });
begin();

async function begin() {
  const found = await fresh();
  if (!found) return;
  const { handle, own, token, whose } = found.slip;
  Object.assign(document.getElementById("state").dataset, found.pack.words.state);
  queue = await openQueue({ handle, own: own === true, address, token, whose });
  const say = () => {
    const stand = queue.stand();
    showState(stand, () => queue.tryNow());
    // Withdrawn, erased, or left in another tab: the server says which.
    if (stand === "gone" && !left) location.replace(`${address}?gone=1`);
    // Another person's time: the server says so, and shows nothing of this one.
    if (stand === "elses" && !queue.loses()) location.replace(address);
  };
  queue.onChange(say);
  say();
  const turn = new Turning({ main, address, queue, fresh, ...found, open: (to) => location.assign(to) });
  const id = decodeURIComponent(page);
  if (!turn.byId.has(id)) return;
  const was = turn.route.page(history.state?.page ?? "");
  turn.at(id);
  turn.changed = changed;
  history.replaceState({ page: id }, "");
  turning = turn;
  // What came back before a reload is still to be looked at.
  for (const { save, answer } of queue.back().slice(0, 1)) turn.hear(save, answer);
  // After a reload what is still to be sent may lead further than the server knows.
  if (!queue.pending().length || changed) return;
  const on = was ?? turn.route.resume;
  if (!on) turn.leave(`${address}/check`);
  else if (on.id !== id) turn.show(on, { history: "replaceState" });
}

// The slip and its pack; null without a signal, or where there is nothing to turn.
async function fresh() {
  try {
    const slip = await asked(`${address}/slip`, { cache: "no-store" });
    return { slip, pack: await asked(slip.pack) };
  } catch {
    return null;
  }
}

async function asked(where, options = {}) {
  const response = await fetch(where, { ...options, redirect: "error", credentials: "same-origin" });
  if (!response.ok) throw new Error(`${response.status}`);
  return response.json();
}

document.addEventListener("input", ({ target }) => {
  if (!target.closest("form.question")) return;
  changed = true;
  if (turning) turning.changed = true;
  unsaved();
});

document.addEventListener("submit", (event) => {
  if (!turning || !event.target.matches("form.question")) return;
  event.preventDefault();
  const { name, value } = event.submitter ?? document.activeElement ?? {};
  if (name === "lang") turning.speak(value);
  else turning.go(name === "then" ? value : null);
}, true);

// A second click of a double one, or a key held down, was never meant for the page that has come since.
document.addEventListener("click", (event) => {
  if (!turning) return;
  if (event.detail > 1 && event.target.closest("button.main")) return event.preventDefault();
  const back = event.target.closest("a.back");
  if (!back || event.metaKey || event.ctrlKey || event.shiftKey) return;
  event.preventDefault();
  event.stopPropagation();
  if (turning.changed && turning.form) turning.go("back");
  else turning.goTo(back.href);
}, true);

document.addEventListener("keydown", (event) => {
  if (turning && event.repeat && event.key === "Enter" && !event.target.matches("textarea")) event.preventDefault();
});

addEventListener("popstate", ({ state }) => {
  if (!turning || !state?.page) return;
  turning.hold();
  turning.goTo(turning.addressOf(state.page), null);
});
