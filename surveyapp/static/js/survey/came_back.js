// What comes back of a save that the server was sent: it did not take it, or somebody else's answer stands in its place.

import { choice } from "./choosing.js";

// Both answers are told, and the page is as it was filled in here, with nothing of what stands in it; Continue puts one's own
// in its place.
export function choose(turn, save, answer) {
  const page = shownAgain(turn, save);
  if (!page) return;
  if (turn.page !== page) turn.hold();
  turn.leaving = null;
  turn.expected = null;
  turn.show(page, { values: save.form, history: turn.page === page ? null : "pushState" });
  turn.changed = true;
  turn.form.before(choice(answer.stands, turn.pack.words, () => keepWhatStands(turn, page)));
}

async function keepWhatStands(turn, page) {
  delete turn.drafts[page.id];
  turn.changed = false;
  await turn.queue.letGo(page.id);
  turn.showOr(turn.nextOf(page));
}

// The phone took for an answer what is none: the page comes back as it was filled in, and says what is wrong.
export function takeBack(turn, save, answer) {
  const page = shownAgain(turn, save);
  if (!page) return;
  if (turn.page !== page || !turn.form) {
    turn.hold();
    turn.show(page, { values: save.form });
  }
  turn.waiting = null;
  turn.expected = null;
  turn.changed = true;
  if (answer.faults?.length) turn.refuse(answer.faults);
  else turn.say(turn.pack.words.refused);
  turn.renew();
}

// The page of a save, where nothing that was answered there since is still to be sent.
function shownAgain(turn, save) {
  return turn.queue.pending().some((each) => each.page === save.page) ? null : turn.byId.get(save.page);
}
