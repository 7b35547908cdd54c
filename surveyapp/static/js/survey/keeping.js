// Keeps the page that is shown for when there is no signal, and the service worker that shows it then. A browser that
// refuses either goes on as it is.

import { shelved } from "./shelf.js";

export class Keeping {
  // `turn`: knows the slip, and what stands by now; `shell`: the page with nothing on it.
  constructor({ handle, queue, turn, shell }) {
    Object.assign(this, { handle, queue, turn, shell, again: false, busy: null });
    this.files = [...document.querySelectorAll("link[href], script[src]")].map((each) => each.href || each.src);
    this.files.push(import.meta.url);
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
    while (this.again && this.queue.stand() !== "gone") {
      this.again = false;
      const { token, link, ...slip } = this.turn.slip;
      const page = { shell: this.shell, slip, known: this.turn.known, link };
      await shelved.keep(this.handle, page, [...this.files, slip.pack]);
      await shelved.belongsTo(this.handle);
    }
  }
}
