// What a page has from when its first question can be answered: nothing here is needed to ask, to answer or to keep an
// answer, and what keeps the page for later needs a signal itself. Reading aloud; keeping, and going on with what is kept;
// what is shown once an answer comes back, or waits; what is written and not taken; closing what nobody uses; another language.

import { startAloud } from "./aloud.js";
import { choose, takeBack } from "./came_back.js";
import { closeUnused } from "./closing.js";
import { Keeping } from "./keeping.js";
import { showKept } from "./kept_screen.js";
import { keptHere, resume } from "./resuming.js";
import { speak } from "./speaking.js";
import { keepWritten } from "./written.js";

export const later = {
  aloud: startAloud, keeping: (of) => new Keeping(of), choose, takeBack, showKept, keptHere, resume, closeUnused, keepWritten, speak,
};
