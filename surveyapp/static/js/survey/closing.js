// On a device that others use, a page that nobody has used for half an hour closes: what it shows, and what it would show
// again, goes. On the server it is over by then, too.

import { phoneClock } from "./clock.js";

// A minute before the session ends there: what is written and not sent yet is still taken.
const LONGEST = 29 * 60_000;
const LOOKS = 30_000;
const USES = ["pointerdown", "keydown", "input", "wheel", "touchmove"];

// Calls `close` once nobody has used the page for so long.
export function onceUnused(close, clock = phoneClock) {
  let used = clock.now();
  let closed = false;

  // A device that slept tells no time meanwhile: looked at when it is used again, before anything else is.
  function look(event) {
    const now = clock.now();
    if (closed) return;
    if (now - used < LONGEST) {
      if (USES.includes(event?.type)) used = now;
      return;
    }
    closed = true;
    event?.stopImmediatePropagation();
    close();
  }

  for (const use of USES) addEventListener(use, look, { capture: true, passive: true });
  for (const back of ["pageshow", "focus", "popstate"]) addEventListener(back, look, true);
  document.addEventListener("visibilitychange", look, true);
  const again = () => { look(); if (!closed) clock.after(LOOKS, again); };
  again();
}

// What `turn` shows, once all that was answered is sent: in its place the server says why nothing is here any more.
export const closeUnused = (turn) => onceUnused(() => close(turn));

function close(turn) {
  if (turn.changed && turn.form) turn.go("later");
  turn.drafts = {};
  turn.closed = true;
  turn.leaving = `${turn.address}/leave?rested=1`;
  turn.main.textContent = "";
  document.title = "";
  if (!turn.depart()) turn.showKept();
}
