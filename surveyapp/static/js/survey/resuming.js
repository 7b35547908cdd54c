// Goes on without a signal, on the page that was kept and shown by the service worker.

import { packAt } from "./pack.js";
import { pageOf } from "./shelf.js";

const SOONEST = 2000;
const SELDOM = 60_000;

// Slip, pack and what was known by then, for the very scripts that ask; null where there is no such. `learned(found)`: once
// there is what reads it.
export async function keptHere(handle, scripts, learned) {
  try {
    const { slip, known } = await pageOf(handle);
    const get = async (address) => (await fetch(address)).json();
    return slip.scripts === scripts ? await learned({ slip, known, pack: await packAt(slip.pack, get) }) : null;
  } catch {
    return null;
  }
}

// Goes on where the page was opened without the server: on the one that was there (`was`), or what is to be answered next.
// `later`: what that may take.
export function resume(turn, later, was) {
  turn.later = later;
  const on = was ?? turn.route.resume;
  turn.page = on ?? turn.route.pages.slice(-1)[0] ?? turn.pack.pages[0];
  probe(turn);
  if (later.keepWritten(turn) || turn.lookBack()) return;
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
