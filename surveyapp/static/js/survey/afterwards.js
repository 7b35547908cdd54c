// What a page does that asks nothing, once something may be kept of whoever reads it: it sends what waits, and lets go of
// all of it once that is sent, or they leave. On a device that others use it closes, as questions do.

import { onceUnused } from "./closing.js";
import { forget, waits } from "./forgetting.js";
import { startLeaving } from "./leaving.js";

const [, address, handle, place] = /^(\/survey\/([^/]+))\/?([^/]*)/.exec(location.pathname);
const clear = () => forget(handle);
begin().catch(() => {});

async function begin() {
  if (place === "leave") return clear();
  startLeaving({ address: `${address}/leave`, clear });
  if (document.querySelector("script[data-closes]")) onceUnused(close);
  const found = await waits(handle);
  // What sends is fetched where something is to be sent.
  if (found?.saves.length || found?.written || Object.keys(found?.back ?? {}).length) (await import("./waiting.js")).sendHere(found, place);
  else if (place === "done") await forget(handle, false);
}

// Nothing of what was on it stays, whether or not there is a signal.
function close() {
  document.title = document.body.textContent = "";
  location.replace(`${address}/leave?rested=1`);
}
