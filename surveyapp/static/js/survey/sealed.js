// On every page of staff's: what was sealed on this tablet without a signal goes now, and so do days that are over.

import { sendBoxes, tidy, untilSent } from "./boxes.js";

if (globalThis.indexedDB) untilSent(() => tidy().then(sendBoxes))();
