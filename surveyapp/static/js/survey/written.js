// What is written on a page and not taken yet is kept where the device is theirs: a phone that needs the memory ends a page
// that nobody sees, its Back leaves one that was loaded, and an empty battery ends all of them.
//
// It is kept as the save that going elsewhere would have made of it. On its page it is there again; from any other page of
// theirs it is sent.

import { same } from "./conditions.js";
import { valuesOf } from "./page.js";
import { unsaved } from "./state.js";

const PAUSE = 500;

// Brings back what was kept, and keeps what is written from now on.
export function keepWritten(turn) {
  const { queue } = turn;
  if (!queue.own) return;
  bringBack(turn);
  let kept = {};
  let soon = null;
  const keep = () => {
    clearTimeout(soon);
    const now = written(turn);
    const gone = Object.keys(kept).filter((page) => !now[page]);
    const come = Object.values(now).filter(({ page, form }) => !same(form, kept[page]?.form ?? null));
    kept = now;
    if (gone.length || come.length) queue.inTurn(() => !queue.gone && queue.change((record) => store(record, come, gone)));
  };
  document.addEventListener("input", () => {
    clearTimeout(soon);
    soon = setTimeout(keep, PAUSE);
  });
  document.addEventListener("visibilitychange", keep);
  new MutationObserver(keep).observe(turn.main, { childList: true });
  keep();
}

function store(record, come, gone) {
  record.written ??= {};
  for (const page of gone) delete record.written[page];
  for (const save of come) record.written[save.page] = save;
}

// On its page, where what it was written over still stands; else the server is asked, and says what stands.
function bringBack(turn) {
  const { pack, queue } = turn;
  for (const save of Object.values(queue.device.written ?? {})) {
    const page = turn.byId.get(save.page);
    const here = page?.html && save.questionnaire === pack.questionnaire && save.version === pack.version;
    if (!here || !same(save.over, overOf(turn, page))) queue.put(save);
    else if (isOpen(turn, page, save.form) && !(turn.page === page && turn.changed)) turn.drafts[page.id] ??= save.form;
  }
  if (turn.form && !turn.changed && turn.drafts[turn.page.id]) {
    turn.show(turn.page, { history: null });
    unsaved();
  }
}

// By page, what is on it and was not taken, as it would go along.
function written(turn) {
  const { page, form, changed } = turn;
  const values = changed && form ? { ...turn.drafts, [page.id]: valuesOf(form) } : turn.drafts;
  const found = {};
  for (const [id, each] of Object.entries(values)) {
    const of = turn.byId.get(id);
    if (of && isOpen(turn, of, each)) found[id] = turn.saveOf(of, each, { over: of === page ? { ...turn.seen } : overOf(turn, of), passing: true });
  }
  return found;
}

// Whether something is said there that is new, or not as it has to be.
function isOpen(turn, page, values) {
  const { answers, faults } = turn.read(page, values);
  return faults.some(({ code }) => code !== "required") || turn.isNew(page, turn.inPassing(answers));
}

function overOf(turn, page) {
  return Object.fromEntries(page.parts.map(({ key }) => [key, turn.known[key]?.save ?? null]));
}
