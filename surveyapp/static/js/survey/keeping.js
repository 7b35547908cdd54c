// Keeps the page that is shown for when there is no signal, and the service worker that shows it then. A browser that refuses
// either goes on as it is.

import { restOf } from "./pack.js";
import { shelved } from "./shelf.js";

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
      const { pack } = this.turn;
      const fetched = ["later.js", ...(pack.typed ? ["typed.js"] : [])].map((name) => slip.scripts.replace("survey.js", name));
      const pictures = new Set(pack.pages.flatMap((each) => each.pictures ?? []));
      await shelved.keep(this.handle, page, [...this.files, ...fetched, slip.pack, restOf(slip.pack)], still, pictures);
    }
  }
}

// This page with nothing on it.
function bare() {
  const page = document.documentElement.cloneNode(true);
  page.dataset.kept = "";
  page.querySelector("main").textContent = "";
  for (const each of page.querySelectorAll("[form=the-form]")) each.hidden = false;
  return `<!doctype html>${page.outerHTML}`;
}
