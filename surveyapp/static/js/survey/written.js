// What is written on a page and not taken yet is kept where the device is theirs: a phone that needs the memory ends a page
// that nobody sees, its Back leaves one that was loaded, and an empty battery ends all of them.
//
// It is kept as the save that going elsewhere would have made of it, of the page that is shown alone. It is there again, as
// not saved: nobody has said it yet. Whoever left the page by Back has (`waiting.js`).

import { same } from "./conditions.js";
import { valuesOf } from "./page.js";
import { unsaved } from "./state.js";

const PAUSE = 500;

// What this tab writes, by its save: a page of theirs that comes next in it was gone to from there.
export const WRITES = "shiftline writes";

// Brings back what was kept, and keeps what is written from now on. Whether a page was shown for it.
export function keepWritten(turn) {
  const { queue } = turn;
  let kept = queue.device.written ?? null;
  let soon = null;
  const store = (now) => {
    kept = now;
    mark(now?.save);
    queue.inTurn(() => !queue.gone && queue.change((record) => { record.written = now; }));
  };
  if (!queue.own) {
    if (kept) store(null);
    return false;
  }
  const back = kept && bringBack(turn, kept);
  const keep = () => {
    clearTimeout(soon);
    const now = written(turn);
    if (!same([now?.page, now?.form], [kept?.page, kept?.form])) store(now);
  };
  document.addEventListener("input", () => {
    clearTimeout(soon);
    soon = setTimeout(keep, PAUSE);
  });
  document.addEventListener("visibilitychange", keep);
  new MutationObserver(keep).observe(turn.main, { childList: true });
  // Said in another tab meanwhile: what came back is no longer what they would say.
  queue.onAnswer(({ save, page }) => {
    if (page !== kept?.page || page !== turn.page.id || turn.mine.has(save) || !turn.changed) return;
    turn.changed = false;
    turn.show(turn.page, { history: null });
  });
  if (back) mark(kept.save);
  keep();
  return back;
}

// On its page, over what it was written over: where something else stands by now they are asked.
function bringBack(turn, { page: id, form, over }) {
  const page = turn.route.page(id);
  if (!page?.html || turn.changed || !isOpen(turn, page, form)) return false;
  const here = turn.page === page ? turn.form : null;
  // The server's own page, on which it says what is wrong with it, is left as it is.
  if (!here?.querySelector(".fault:not([hidden])")) turn.show(page, { values: form, history: here ? null : "replaceState" });
  turn.seen = over;
  turn.changed = true;
  unsaved();
  return true;
}

// What is on the page and was not taken, as it would go along; null where nothing is.
function written(turn) {
  const { page, form, changed } = turn;
  if (!changed || !form) return null;
  const values = valuesOf(form);
  return isOpen(turn, page, values) ? turn.saveOf(page, values, { over: { ...turn.seen }, passing: true }) : null;
}

// Whether something is said there that is new, or not as it has to be.
function isOpen(turn, page, values) {
  const { answers, faults } = turn.read(page, values);
  return faults.some(({ code }) => code !== "required") || turn.isNew(page, turn.inPassing(answers));
}

// Where a browser keeps nothing it is not known which tab it was.
function mark(save) {
  try {
    if (save) sessionStorage.setItem(WRITES, save);
    else sessionStorage.removeItem(WRITES);
  } catch {
    // Then it comes back on its page.
  }
}
