// On a page that asks nothing: what waits on this device is sent from here, too.

import { forget } from "./forgetting.js";
import { openQueue } from "./queue.js";
import { showState } from "./state.js";
import { WRITES } from "./written.js";

// `place`: which page of the handle's this is. On the one before all is sent, Send waits, and what came back is looked at first.
export async function sendHere({ handle, whose, written }, place) {
  const address = `/survey/${handle}`;
  const queue = await openQueue({ handle, own: true, address, whose });
  // Whoever came from there by the browser's own Back has said what they had written; else it is there again first.
  if (written && place !== "done") {
    if (sessionStorage.getItem(WRITES) === written.save) queue.put(written);
    else if (place === "check") return location.replace(`${address}/q/${encodeURIComponent(written.page)}?from=check`);
  }
  const first = queue.pending().length;
  const came = () => queue.back().find(({ answer }) => answer.faults?.length || Object.keys(answer.stands ?? {}).length);
  const say = () => {
    const stand = queue.stand();
    showState(stand, () => queue.tryNow());
    if (queue.pending().length) return;
    if (place === "done") forget(handle, false);
    // What was sent is shown, before all of it is.
    else if (place === "check" && first) location.reload();
  };
  if (place === "check") {
    document.addEventListener("submit", (event) => {
      const back = came();
      // Looked at once: whoever comes back to Send has seen it, though its page may ask it no longer.
      const mark = `looked ${back?.save.save}`;
      if (!queue.pending().length && (!back || sessionStorage.getItem(mark))) return;
      event.preventDefault();
      if (queue.pending().length) return queue.tryNow();
      sessionStorage.setItem(mark, "1");
      location.assign(`${address}/q/${encodeURIComponent(back.save.page)}`);
    }, true);
  }
  queue.onChange(say);
  say();
}
