// On every page of staff's: what was sealed on this tablet without a signal goes now, and so do days that are over.

import { sendBoxes, tidy } from "./boxes.js";

if (globalThis.indexedDB) {
  const work = () => tidy().then(sendBoxes).catch(() => {});
  addEventListener("online", work);
  work();
}
