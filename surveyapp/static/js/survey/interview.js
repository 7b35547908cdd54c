// The interviewer's pages work without this. With it: answers are saved as they are given, and there is a key for all.

import { Bar } from "./holding.js";
import { Interviewing } from "./interviewing.js";
import { NOTHING_KEPT } from "./kept.js";
import { listen } from "./keys.js";
import { refill } from "./page.js";
import { pressed } from "./pressed.js";
import { openQueue } from "./queue.js";
import { named } from "./sending.js";
import { Stream } from "./stream.js";

document.documentElement.classList.add("scripted");

const form = document.querySelector("form.stream");
const slipped = document.getElementById("slip");
const stream = form && new Stream(form.querySelector("#cards") ?? form);
const primary = document.querySelector("[data-primary]");
let talk = null;
let busy = false;

// The focus is on the heading: on the first control it would scroll a long list to its end.
function open(id) {
  const dialog = document.getElementById(id);
  if (id === "go-to") listSections(dialog);
  dialog.showModal();
  dialog.querySelector("h2").focus();
}

// `where`: an address, or a form that leads to another page.
function go(where) {
  busy = true;
  if (where.submit) where.submit();
  else location.assign(where);
}

const leave = (where) => (talk ? talk.leave(where) : go(where));

function advance() {
  if (talk) return void talk.advance();
  const next = stream.beside(1);
  if (next) stream.go(next);
  else primary?.focus();
}

async function begin() {
  const slip = JSON.parse(slipped.textContent);
  const [, address] = /^(.*)\/sections\//.exec(location.pathname);
  const { search } = location;
  const asked = async (where, options = {}) => {
    try {
      const response = await fetch(where, { ...options, redirect: "error", credentials: "same-origin" });
      return response.ok ? await response.json() : null;
    } catch {
      return null;
    }
  };
  // Nobody waits for a slow network before they enter something.
  const early = new Set();
  const note = ({ target }) => {
    const item = target.closest("[data-item]");
    if (!item) return;
    stream.settle(item, target);
    early.add(item);
  };
  form.addEventListener("input", note);
  addEventListener("beforeunload", (event) => { if (talk ? talk.elsewhere.loses() : early.size) event.preventDefault(); });
  let pack = null;
  for (let wait = 500; !(pack = await asked(slip.pack)); wait = Math.min(2 * wait, 10_000)) await new Promise((on) => setTimeout(on, wait));
  const queue = await openQueue({
    handle: slip.handle, own: false, address, token: slip.token, whose: slip.whose, storage: NOTHING_KEPT,
    // How they talk goes along.
    fetch: (where, options) => fetch(where + search, options),
  });
  talk = new Interviewing({
    form, slip, pack, queue, stream, bar: new Bar(document.getElementById("state"), document.getElementById("alarm")),
    // The browser's Back may have changed the address meanwhile, but not what is shown.
    section: decodeURIComponent(/[^/]+$/.exec(location.pathname)),
    fresh: () => asked(`${address}/slip${search}`, { cache: "no-store", headers: named(slip.whose) }),
    place: (id) => `${address}/${id === null ? "check" : `sections/${encodeURIComponent(id)}`}${search}`,
    open: go,
  });
  history.replaceState({ section: talk.section }, "");
  talk.title = pack.sections.find((each) => each.id === talk.section).title;
  form.removeEventListener("input", note);
  const writing = document.activeElement;
  for (const item of early) talk.changed(item, false);
  form.addEventListener("input", (event) => entered(event, event.target.matches("textarea, [type=text]")));
  form.addEventListener("change", (event) => entered(event, false));
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    if (pressed().value === "back") talk.back();
    else talk.finish();
  });
  // A tablet may throw away what is not looked at.
  document.addEventListener("visibilitychange", () => { if (document.hidden) talk.flush(); });
  addEventListener("popstate", ({ state }) => { if (state?.section) talk.show(state.section, { history: null }); });
  // What the server showed is what this shows: made anew, so that both go the same way.
  const asked_for = location.hash.slice(1);
  talk.show(talk.section, { history: null });
  // What was done stands there from the start, and the focus is elsewhere.
  const done = document.getElementById("notices");
  if (done) talk.bar.speak(done.textContent.trim());
  if (asked_for) stream.start(asked_for);
  if (early.size && writing?.name) goOn(writing);
}

// Where somebody was in the middle of writing when the page was made anew.
function goOn({ id, name, value }) {
  const field = document.getElementById(id) ?? form.elements.namedItem(name);
  if (!field?.matches?.("textarea, [type=text]")) return;
  field.value = value;
  field.focus();
  field.setSelectionRange(value.length, value.length);
}

function entered(event, typing) {
  const item = event.target.closest("[data-item]");
  if (!item || event.target.closest(".told")) return;
  stream.settle(item, event.target);
  talk.changed(item, typing);
}

// The list of sections as they stand now.
function listSections(dialog) {
  if (!talk) return;
  const list = dialog.querySelector("ol");
  const look = list.lastElementChild;
  const { words } = talk.pack;
  const lines = talk.sections.filter((each) => each.pages).map(({ id, open: count }, place) => {
    const link = Object.assign(document.createElement("a"), { href: talk.place(id) });
    if (id === talk.section) link.setAttribute("aria-current", "page");
    if (place < 9) link.dataset.key = place + 1;
    link.append(Object.assign(document.createElement("kbd"), { textContent: place < 9 ? place + 1 : "" }),
      Object.assign(document.createElement("span"), { textContent: talk.pack.sections.find((each) => each.id === id).title }));
    const line = document.createElement("li");
    const state = count ? words.to_answer[count - 1] ?? String(count) : words.answered;
    line.append(link, Object.assign(document.createElement("span"), { className: "quiet", textContent: state }));
    return line;
  });
  refill(list, ...lines, look);
}

if (form) {
  form.addEventListener("focusin", (event) => stream.mark(event.target.closest("[data-item]")));
  form.addEventListener("click", (event) => stream.mark(event.target.closest("[data-item]")));
}

document.addEventListener("click", (event) => {
  const opener = event.target.closest("[data-dialog]");
  if (opener) {
    event.preventDefault();
    open(opener.dataset.dialog);
    return;
  }
  const link = event.target.closest("a[href]");
  if (!talk || !link || event.ctrlKey || event.metaKey || event.shiftKey || link.href.startsWith("tel:")) return;
  if (link.getAttribute("href").startsWith("#") || link.origin !== location.origin) return;
  event.preventDefault();
  const section = /\/sections\/([^/?]+)/.exec(link.pathname);
  link.closest("dialog")?.close();
  if (section) talk.show(decodeURIComponent(section[1]));
  else leave(link.href);
});

// Closing the case, signing out: a form of another page's leaves this one as a link does.
document.addEventListener("submit", (event) => {
  const other = event.target;
  if (!talk || other === form || other.method === "dialog") return;
  event.preventDefault();
  leave(other);
});

const keys = document.getElementById("single-keys");
const single = () => document.getElementById("work")?.dataset.singleKeys !== "off";
if (keys) {
  keys.checked = single();
  keys.addEventListener("change", () => {
    document.getElementById("work").dataset.singleKeys = keys.checked ? "on" : "off";
    const { address, token } = keys.dataset;
    fetch(address, {
      method: "POST", headers: { "X-CSRFToken": token },
      body: new URLSearchParams({ single_keys: keys.checked ? "on" : "off" }),
    });
  });
}

const ready = slipped ? begin() : Promise.resolve();
ready.then(() => {
  listen({ stream, advance, leave, open, busy: () => busy || Boolean(talk?.busy), single });
  if (slipped) return;
  // What is wrong has the focus already; what was done is read out where it is.
  if (document.querySelector(".error-summary, .fault[autofocus]")) return;
  const done = document.getElementById("notices");
  if (done && !document.querySelector("[autofocus]")) {
    done.tabIndex = -1;
    done.focus();
    return void stream?.mark(stream.items[0]);
  }
  // What is read out first stays in sight, and a page may say where the keyboard is; elsewhere the first thing to ask is.
  if (form && ("readFirst" in form.dataset || form.querySelector("[autofocus]"))) stream.mark(stream.items[0]);
  else if (stream?.items.length) stream.start(location.hash.slice(1));
});

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
