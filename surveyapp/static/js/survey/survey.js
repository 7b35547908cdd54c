// Starts what a question's page can do with a script. Until it has what it needs, and where it never gets it, the page goes
// on without: every form is still the server's.
//
// Written for browsers from 2020 on: modules, `?.` and `??`, `??=` (Chrome 85, Safari 14, Firefox 79), `\p{…}`, BigInt. What
// those do not have yet is listed in tests/newer_than_2020.py.

import { phoneClock } from "./clock.js";
import { browserStorage } from "./kept.js";
import { filled, restOf } from "./pack.js";
import { leaving } from "./participant.js";
import { unshelve } from "./places.js";
import { pressed } from "./pressed.js";
import { openQueue } from "./queue.js";
import { learn } from "./reading.js";
import { showState, unsaved } from "./state.js";
import { Turning } from "./turn.js";

const main = document.querySelector("main");
// The page that the service worker showed in place of the server's: nothing is on it yet.
const isKept = "kept" in document.documentElement.dataset;
const [, address, handle] = /^(\/survey\/([^/]+))/.exec(location.pathname);
const scripts = new URL(import.meta.url).pathname;
let turning = null;
let queue = null;
let changed = false;
let left = false;
// What `later.js` has, once it is there.
let later = null;
// What is on its way to the shelf.
let keeping = null;

leaving({ address: `${address}/leave`, clear });
begin();

// Of all that this browser has of theirs nothing stays.
async function clear() {
  left = true;
  const kept = queue ?? { clear: () => browserStorage(phoneClock).forget(handle) };
  await Promise.all([kept.clear(), unshelve(handle), keeping?.then(() => unshelve(handle))]);
}

async function begin() {
  const kept = isKept && (await more());
  const found = await (kept ? kept.keptHere(handle, scripts, learned) : fresh(true));
  const state = document.getElementById("state");
  // Whoever left at once meanwhile took the page with them.
  if (!found || !state) return;
  const { own, token, whose } = found.slip;
  Object.assign(state.dataset, found.pack.words.state);
  queue = await openQueue({ handle, own: own === true, address, token, whose });
  const say = () => {
    const stand = queue.stand();
    showState(stand, () => queue.tryNow());
    // Withdrawn, erased, or left in another tab: the server says which.
    if (stand === "gone" && !left) clear().finally(() => location.replace(`${address}?gone=1`));
    // Another person's time: the server says so, and shows nothing of this one.
    if (stand === "elses" && !queue.loses()) location.replace(address);
  };
  queue.onChange(say);
  // Of somebody who has answered nothing yet nothing is saved.
  if (queue.stand() !== "saved") say();
  // The browser's Back may have changed the address meanwhile, but not what is shown: the form says whose page that is.
  const id = pageAt(document.querySelector("form.question")?.getAttribute("action"));
  const rest = again(() => completed(found));
  later = Promise.all([kept || more(), rest]).then(([all]) => all);
  // Of what else there is nothing hangs on this.
  later.then((all) => all.aloud(main, found.pack.screens.read));
  // Whoever has answered here already may be further on than the first questions.
  if (queue.pending().length || queue.back().length || !found.pack.pages.some((page) => page.id === id && page.html)) await rest;
  const reachable = !isKept && navigator.onLine !== false;
  const turn = new Turning({ main, address, queue, fresh, reachable, ...found, open: (to) => location.assign(to) });
  if (!isKept && !turn.byId.has(id)) return;
  if (own === true) keepHere(turn, later);
  else {
    unshelve(handle).catch(() => {});
    later.then((all) => all.closeUnused(turn));
  }
  const was = turn.route.page(history.state?.page ?? "");
  turning = turn;
  addEventListener("offline", () => turn.reach(false));
  addEventListener("online", () => turn.reach(true));
  if (kept) return kept.resume(turn, kept, was ?? turn.route.page(id));
  turn.at(id);
  turn.changed = changed;
  // What came back before a reload is still to be looked at.
  rest.then(() => turn.arrived());
  later.then((all) => turn.complete(all));
  if (pageAt() !== id) return turn.moved();
  history.replaceState({ page: id }, "");
  // After a reload what is still to be sent may lead further than the server knows.
  if (!queue.pending().length || changed) return;
  const on = was ?? turn.route.resume;
  if (!on) turn.leave(`${address}/check`);
  else if (on.id !== id) turn.show(on, { history: "replaceState" });
}

// The id in the address of a page of questions.
function pageAt(address = location.pathname) {
  return decodeURIComponent(/\/q\/([^/?]+)/.exec(address)?.[1] ?? "");
}

// The slip and its pack, of which somebody who has answered nothing (`first`) takes the rest later; null without a signal,
// where there is nothing to turn, or where both are of another release than these scripts: then the page is opened anew,
// unless that would lose something.
async function fresh(first) {
  try {
    const slip = await fetched(`${address}/slip`, { cache: "no-store" });
    if (slip.scripts === scripts) {
      const whole = !first || Object.keys(slip.answers).length;
      const [pack, rest] = await Promise.all([fetched(slip.pack), whole && fetched(restOf(slip.pack))]);
      return await learned({ slip, pack: rest ? filled(pack, rest) : pack });
    }
    if (queue && !queue.loses() && !turning?.changed) location.reload();
    return null;
  } catch {
    return null;
  }
}

// What no question waits for, fetched once one is there. A browser takes the same address for failed once it was.
async function more() {
  return (await again((tries) => import(scripts.replace("survey.js", `later.js${tries ? `?${tries}` : ""}`)))).later;
}

// Where the signal goes meanwhile it is tried until it is back.
async function again(get) {
  for (let tries = 0; ; tries += 1) {
    try {
      return await get(tries);
    } catch {
      await new Promise((go) => {
        addEventListener("online", go);
        setTimeout(go, 5000);
      });
    }
  }
}

async function completed({ slip, pack }) {
  if (!pack.screens) filled(pack, await fetched(restOf(slip.pack)));
}

// With what reads numbers, days and times, where the questionnaire has one that is typed.
async function learned(found) {
  if (found.pack.typed) learn((await import("./typed.js")).typed);
  return found;
}

async function fetched(where, options = {}) {
  const response = await fetch(where, { ...options, redirect: "error", credentials: "same-origin" });
  if (!response.ok) throw new Error(`${response.status}`);
  return response.json();
}

// From the first answer on this page is kept, with what is known by then.
function keepHere(turn, later) {
  if (!globalThis.caches || !navigator.serviceWorker) return;
  let keeper = null;
  const keep = () => {
    later.then((found) => { if (!left) keeping = (keeper ??= found.keeping({ handle, queue, turn })).keep(); });
  };
  queue.onChange((stand) => stand === "gone" || keep());
  if (navigator.serviceWorker.controller) keep();
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
  const { name, value } = pressed();
  if (name === "lang") later.then((all) => all.speak(turning, value));
  else turning.go(name === "then" ? value : null);
}, true);

// A second click of a double one, or a key held down, was never meant for the page that has come since.
document.addEventListener("click", (event) => {
  if (!turning) return;
  if (event.detail > 1 && event.target.closest("button.main")) return event.preventDefault();
  const [back, out] = ["a.back", ".yours a, a.give-back"].map((each) => event.target.closest(each));
  if (!(back || out) || event.metaKey || event.ctrlKey || event.shiftKey) return;
  event.preventDefault();
  event.stopPropagation();
  if (turning.changed && turning.form) turning.go(back ? "back" : out.href);
  // What is theirs is shown by the server, once it has all of it; and a tablet is taken back there.
  else if (out) turning.leave(out.href);
  else turning.goTo(back.href);
}, true);

document.addEventListener("keydown", (event) => {
  if (turning && event.repeat && event.key === "Enter" && !event.target.matches("textarea")) event.preventDefault();
});

addEventListener("popstate", ({ state }) => {
  if (state?.page) turning?.moved();
});
