// What a participant's page does better with a script. Everything works without it.

import { startLeaving } from "./leaving.js";

// For the script beside it, which says what leaving drops as well.
export const leaving = startLeaving;

const form = document.querySelector("form.question");
let changed = false;

// Of itself on every page, before anything else. Who looks at a questionnaire leaves by the link.
const leave = document.querySelector("a.leave")?.pathname ?? "/survey/leave";
if (leave.startsWith("/survey/")) startLeaving({ address: leave });

// What is wrong is read out and seen first: in a browser that would give the focus to boxes alone, too.
if (!("autofocus" in HTMLElement.prototype)) document.querySelector("[autofocus]")?.focus();

// Where something is written in is seen whole: a browser brings only its first line out from under the bar.
document.addEventListener("focusin", ({ target }) => target.matches("textarea") && target.scrollIntoView({ block: "nearest" }));

// What is sent is sent once: the button says so, and a second tap or Enter does nothing.
document.addEventListener("submit", (event) => {
  const { target } = event;
  // What answers with a file leaves the page as it is (`file.js`).
  if (event.defaultPrevented || "file" in target.dataset) return;
  if ("sent" in target.dataset) return event.preventDefault();
  target.dataset.sent = "";
  for (const button of document.querySelectorAll("button.main")) {
    if (button.form !== target) continue;
    button.setAttribute("aria-disabled", "true");
    if (button.dataset.busy) [button.dataset.label, button.textContent] = [button.textContent, button.dataset.busy];
  }
});

// A page that the browser kept as it was can be sent again.
addEventListener("pageshow", ({ persisted }) => {
  if (!persisted) return;
  for (const each of document.forms) delete each.dataset.sent;
  for (const button of document.querySelectorAll("button.main[aria-disabled]")) {
    button.removeAttribute("aria-disabled");
    if (button.dataset.label) button.textContent = button.dataset.label;
  }
});

// On whichever question stands there: a script may turn the page.
document.addEventListener("input", ({ target }) => {
  if (!target.closest("form.question")) return;
  changed = true;
  letGo(target);
  count(target);
});

if (form) {

  // Back keeps what was chosen or written here, as Continue would, and so does giving a tablet back.
  for (const [link, value] of [["a.back", "back"], ["a.give-back", "tablet"]]) document.querySelector(link)?.addEventListener("click", (event) => {
    if (!changed || event.metaKey || event.ctrlKey || event.shiftKey) return;
    event.preventDefault();
    form.append(Object.assign(document.createElement("input"), { type: "hidden", name: "then", value }));
    form.submit();
  });
}

// “None of these” and “Prefer not to say” stand alone: ticking one lets go of the rest, and the other way round.
function letGo(target) {
  const field = target.closest(".field");
  if (!field) return;
  const ticked = target.type === "checkbox" || target.type === "radio";
  if (target.closest(".more") || (ticked ? !target.checked : !target.value)) return;
  const alone = "alone" in target.dataset;
  const variable = ({ name }) => name.split(":")[0];
  for (const other of field.querySelectorAll("input, textarea")) {
    if (other === target || other.closest(".more") || variable(other) !== variable(target) || !(alone || "alone" in other.dataset)) continue;
    if (other.type === "checkbox") other.checked = false;
    else if (other.type === "radio") other.checked &&= !alone;
    else if (alone) other.value = "";
  }
}

// How many characters are left is said only near the end.
function count(box) {
  const limit = Number(box.dataset.limit);
  if (!limit) return;
  // Code points of the text as it is stored, the same as the server counts.
  const left = limit - [...box.value.trim().normalize()].length;
  let line = box.parentElement.querySelector(".left");
  if (!line) {
    line = Object.assign(document.createElement("p"), { className: "left" });
    line.setAttribute("role", "status");
    box.after(line);
  }
  line.classList.toggle("over", left < 0);
  line.textContent = left > limit / 5 ? "" : (left < 0 ? box.dataset.over : box.dataset.left).replace("{}", Math.abs(left));
}
