// Another language is the server's to show, and what is written goes along.

import { newId } from "./kept.js";

// Asks for the page of `turn` in a language, once everything is sent; says so where there is no signal for it.
export async function speak(turn, language) {
  if (turn.untold(turn.page)) return turn.go(location.href);
  const found = await turn.fresh();
  if (!found || !(await drained(turn.queue))) return turn.say(turn.pack.words.language);
  const { form } = turn;
  const along = { csrf_token: found.slip.token, save_id: newId(), lang: language };
  for (const [name, value] of Object.entries(along)) {
    form.querySelector(`[name="${name}"]`)?.remove();
    form.append(Object.assign(document.createElement("input"), { type: "hidden", name, value }));
  }
  form.submit();
}

async function drained(queue) {
  for (let tries = 0; queue.pending().length && tries < 20; tries += 1) await new Promise((go) => setTimeout(go, 250));
  return !queue.pending().length;
}
