// Keeps the page that is shown for when there is no signal, and the service worker that shows it then; and goes on with it
// there. A browser that refuses either goes on as it is.

import { shelved } from "./shelf.js";

const SOONEST = 2000;
const SELDOM = 60_000;

export class Keeping {
  // `turn`: knows the slip, and what stands by now.
  constructor({ handle, queue, turn }) {
    Object.assign(this, { handle, queue, turn, shell: bare(), again: false, busy: null });
    // A browser has the page's icon by itself, or does without.
    this.files = [...document.querySelectorAll("link[rel=stylesheet], script[src]")].map((each) => each.href || each.src);
  }

  // Resolves once what is known at this moment is kept, or will not be.
  keep() {
    this.again = true;
    this.busy ??= this.work().catch(() => {}).finally(() => { this.busy = null; });
    return this.busy;
  }

  async work() {
    const workers = navigator.serviceWorker;
    // Links lie outside of where questions are, and lead there.
    for (const scope of ["/survey/", "/s/"]) await workers.register("/survey/worker.js", { scope, updateViaCache: "all" });
    const still = () => this.queue.stand() !== "gone";
    while (this.again && still()) {
      this.again = false;
      const { token, link, ...slip } = this.turn.slip;
      const page = { shell: this.shell, slip, known: this.turn.known, link };
      const pictures = new Set(this.turn.pack.pages.flatMap((each) => each.pictures ?? []));
      await shelved.keep(this.handle, page, [...this.files, slip.pack], still, pictures);
    }
  }
}

// This page with nothing on it.
function bare() {
  const page = document.documentElement.cloneNode(true);
  page.dataset.kept = "";
  page.querySelector("main").replaceChildren();
  for (const each of page.querySelectorAll("[form=the-form]")) each.hidden = false;
  return `<!doctype html>${page.outerHTML}`;
}

// Slip, pack and what was known by then, for the very scripts that ask; null where there is no such.
export async function keptHere(handle, scripts) {
  try {
    const { slip, known } = await shelved.page(handle);
    return slip.scripts === scripts ? { slip, known, pack: await (await fetch(slip.pack)).json() } : null;
  } catch {
    return null;
  }
}

// Goes on where the page was opened without the server: on the one that was there (`was`), or what is to be answered next.
export function resume(turn, was) {
  const on = was ?? turn.route.resume;
  turn.page = on ?? turn.route.pages.at(-1) ?? turn.pack.pages[0];
  probe(turn);
  if (turn.lookBack()) return;
  if (on) turn.show(on, { history: "replaceState" });
  else turn.leave(`${turn.address}/check`);
}

// Asks the server until it answers, ever more seldom.
async function probe(turn) {
  for (let wait = SOONEST; !turn.reachable; wait = Math.min(2 * wait, SELDOM)) {
    await new Promise((go) => setTimeout(go, wait));
    if (turn.reachable || (await turn.queue.isThere())) turn.reach(true);
  }
}
