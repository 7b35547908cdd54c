// The interviewer's pages work without this. With it: answers are saved as they are given, and there is a key for all.

import { listen, setSingleKeys, singleKeys } from "./interview/keys.js";
import { Saving } from "./interview/saving.js";
import { Stream } from "./interview/stream.js";

const TYPING_PAUSE = 900;

document.documentElement.classList.add("scripted");

const form = document.querySelector("form.stream");
const stream = form && new Stream(form.querySelector("#cards") ?? form);
const primary = document.querySelector("[data-primary]");
const saving = form && "autosave" in form.dataset ? autosave() : null;

function autosave() {
  const made = new Saving(form, document.getElementById("state"), document.getElementById("alarm"),
    (answer) => stream.update(answer));
  form.addEventListener("input", (event) => changed(event, event.target.matches("textarea, [type=text]") ? TYPING_PAUSE : 0));
  form.addEventListener("change", (event) => changed(event, 0));
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    const button = event.submitter;
    made.flush().then((stored) => { if (stored) leaveBy(button); });
  });
  return made;

  function changed(event, delay) {
    const item = event.target.closest("[data-item]");
    if (!item) return;
    stream.settle(item, event.target);
    made.touch(item.closest("[data-card]"), delay);
  }
}

// A plain form post, now that nothing is pending: the server says where to go.
function leaveBy(button) {
  const then = document.createElement("input");
  Object.assign(then, { type: "hidden", name: button?.name || "then", value: button?.value || "next" });
  form.append(then);
  form.submit();
}

async function leave(address) {
  if (!saving || await saving.flush()) location.assign(address);
}

// The focus is on the heading: on the first control it would scroll a long list to its end.
function open(id) {
  const dialog = document.getElementById(id);
  dialog.showModal();
  dialog.querySelector("h2").focus();
}

if (form) {
  form.addEventListener("focusin", (event) => stream.mark(event.target.closest("[data-item]")));
  form.addEventListener("click", (event) => stream.mark(event.target.closest("[data-item]")));
}
listen({ stream, leave, open, finish: () => primary?.focus() });

document.addEventListener("click", (event) => {
  const opener = event.target.closest("[data-dialog]");
  if (opener) {
    event.preventDefault();
    open(opener.dataset.dialog);
    return;
  }
  const link = event.target.closest("a[href]");
  const plain = link && !event.ctrlKey && !event.metaKey && !event.shiftKey && !link.href.startsWith("tel:");
  if (plain && saving?.pending && !link.getAttribute("href").startsWith("#")) {
    event.preventDefault();
    leave(link.href);
  }
});

const summary = document.querySelector(".error-summary");
if (summary) summary.focus();
// What is read out first stays in sight, and a page may say where the keyboard is; elsewhere the first thing to ask is where the keyboard is.
else if (form && ("readFirst" in form.dataset || form.querySelector("[autofocus]"))) stream.mark(stream.items[0]);
else if (stream?.items.length) stream.start(location.hash.slice(1));

const keys = document.getElementById("single-keys");
if (keys) {
  keys.checked = singleKeys();
  keys.addEventListener("change", () => setSingleKeys(keys.checked));
}

const copy = document.querySelector("[data-copy]");
copy?.addEventListener("click", async () => {
  const field = document.getElementById(copy.dataset.copy);
  const said = document.getElementById("copied");
  field.select();
  try {
    await navigator.clipboard.writeText(field.value);
    said.textContent = said.dataset.text;
  } catch {
    said.textContent = said.dataset.textByHand;
  }
});
