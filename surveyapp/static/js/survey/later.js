// What a page has from when its first question can be answered: nothing here is needed to ask, to answer or to keep an
// answer, and what keeps the page for later needs a signal itself. Reading aloud, and keeping.

import { startAloud } from "./aloud.js";
import { Keeping } from "./keeping.js";

export const keeping = (of) => new Keeping(of);
export const aloud = startAloud;
