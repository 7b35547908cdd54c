// Which button a form is sent by. Browsers before 2021 do not say (`event.submitter`), and Safari's buttons take no focus;
// but a click comes before, also where Enter is pressed.

let last = null;
addEventListener("click", ({ target }) => { last = target.closest?.("button"); }, true);

export function pressed() {
  return last ?? {};
}
