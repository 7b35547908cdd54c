// A day on the spot without a signal, from getting ready to sending: the list, the tablet handed over, consent, questions,
// and the tablet taken back, all on this page. What is shown of anybody is opened with the PIN and let go of when the tablet
// is handed over; what is answered is sealed to the server's key with every answer.

import { AWAY } from "./away_places.js";
import { boxes, close, days, dropSalt, keyOf, newSalt, openWith, saltKept, sealWith, sendBoxes, untilSent } from "./boxes.js";
import { newId } from "./kept.js";
import { packAt, restOf } from "./pack.js";
import { refill } from "./page.js";
import { pressed } from "./pressed.js";
import { learn } from "./reading.js";
import { Turning } from "./turn.js";
import { typed } from "./typed.js";

learn(typed);

const place = document.getElementById("away");
const { address, worker, languages, tablet } = place.dataset;
const main = document.getElementById("main");
const bar = document.getElementById("bar");
const giveBack = document.getElementById("give-back");
const EVERY = 30_000;
const send = untilSent(sendNow);

// The day as it is kept, what of it is open (null: locked), and who has the tablet.
let day = null;
let opened = null;
let survey = null;
let shown = false;

begin();
setInterval(() => look(), EVERY);
addEventListener("visibilitychange", () => look().then(() => send()));
giveBack.addEventListener("click", () => {
  const turn = survey?.turn;
  // What is written is taken first; where it cannot be, they are told once.
  if (turn?.changed && turn.form) turn.go(address);
  else if (turn) turn.leave(address);
  else lock();
});

async function begin() {
  day = (await days.get(address)) ?? null;
  if (!day) return ready();
  if (isOver()) return over();
  lock();
  send();
}

// By the clock, or because the browser let go of what opens it.
function isOver() {
  return Date.now() >= day.until || !saltKept();
}

// The day ends while the page stands there, too. Who is answering then goes on to the end; of the others nothing is kept.
async function look() {
  if (day && isOver()) {
    if (!survey) return over();
    await forget();
  }
}

function show(id, language = null) {
  const template = typeof id === "string" ? document.getElementById(id) : id;
  refill(main, template.content.cloneNode(true));
  refill(bar);
  document.documentElement.lang = language?.code ?? place.dataset.lang ?? document.documentElement.lang;
  document.documentElement.dir = language?.pack.direction ?? place.dataset.dir ?? "ltr";
  const heading = main.querySelector("h1") ?? document.createElement("h1");
  if (template.dataset.title) {
    heading.textContent = template.dataset.title;
    main.prepend(heading);
  }
  document.title = heading.textContent;
  heading.tabIndex = -1;
  // What stands there when the page is opened is read out anyway.
  if (shown) heading.focus({ preventScroll: true });
  shown = true;
  scrollTo(0, 0);
}

Object.assign(place.dataset, { lang: document.documentElement.lang, dir: document.documentElement.dir });

function fault(words) {
  const said = main.querySelector(".fault");
  main.querySelector("input.pin").setAttribute("aria-describedby", said.id);
  tell(said, words);
}

// Shows what is wrong, with words of its own or the ones it has: the title says that something is, and it is read out.
function tell(said, words = null) {
  const [error, own] = said.children;
  if (words) own.textContent = words;
  said.hidden = false;
  document.title = `${error.textContent}${main.querySelector("h1").textContent}`;
  said.focus();
}

// Getting ready: everything that the day needs is fetched before the server is asked to lock the session.
function ready() {
  show("ready");
  giveBack.hidden = true;
  document.getElementById("get-ready").addEventListener("submit", async (event) => {
    event.preventDefault();
    const button = event.target.querySelector("button");
    button.disabled = true;
    try {
      const refused = await getReady(event.target.pin.value);
      if (refused) fault(refused);
    } catch {
      await caches.delete(AWAY);
      fault(place.dataset.failed);
    }
    button.disabled = false;
  });
}

async function getReady(pin) {
  const parts = await Promise.all(languages.split(" ").map(async (code) => {
    const part = await fetched(`${address}/${code}`);
    return { ...part, code };
  }));
  const cache = await caches.open(AWAY);
  const page = await fetch(address, { redirect: "error", cache: "no-store" });
  if (!page.ok) throw new Error(`${page.status}`);
  await cache.put(address, page);
  const files = [...document.querySelectorAll("link[href], script[src]")].map((each) => each.href || each.src);
  await cache.addAll([...files, ...parts.flatMap(({ pack }) => [pack, restOf(pack)])]);
  await navigator.serviceWorker.register(worker, { scope: "/spot/" });
  await navigator.serviceWorker.ready;
  const answer = await fetch(address, {
    method: "POST", redirect: "error", body: JSON.stringify({ pin }),
    headers: { "Content-Type": "application/json", Accept: "application/json", "X-CSRFToken": place.dataset.token },
  });
  const given = await answer.json();
  if (!answer.ok) return given.sentence ?? place.dataset.failed;
  const key = await keyOf(pin, newSalt(address, given.left));
  day = { address, until: Date.now() + 1000 * given.left, key: given.key, parts, ...(await sealWith(key, { people: given.people })) };
  await days.put(day);
  opened = { people: given.people };
  list();
  return null;
}

async function fetched(where) {
  const response = await fetch(where, { redirect: "error", headers: { Accept: "application/json" } });
  if (!response.ok) throw new Error(`${response.status}`);
  return response.json();
}

// Locked: nobody's name is on the page, nor in this script.
function lock() {
  opened = null;
  finish();
  if (!day || isOver()) return over();
  history.replaceState(null, "", address);
  giveBack.hidden = true;
  show("locked");
  document.getElementById("unlock").addEventListener("submit", async (event) => {
    event.preventDefault();
    try {
      opened = await openWith(await keyOf(event.target.pin.value, saltKept()), day);
    } catch {
      event.target.pin.value = "";
      return fault(place.dataset.wrong);
    }
    list();
  });
}

async function list() {
  const waiting = await boxes.all();
  if (!opened) return;
  show("list");
  const people = document.getElementById("people");
  const stands = new Map(waiting.map((box) => [box.place, box.stand]));
  for (const [number, person] of opened.people.entries()) {
    const stand = day.stands?.[number] ?? stands.get(number) ?? "fresh";
    const line = people.appendChild(Object.assign(document.createElement("li"), { className: "on-list" }));
    const whom = line.appendChild(Object.assign(document.createElement("div"), { className: "whom" }));
    const name = Object.assign(document.createElement(stand === "fresh" ? "button" : "b"), { textContent: person.name || person.reference, dir: "auto" });
    if (stand === "fresh") {
      name.className = "plain";
      name.addEventListener("click", () => handOver(number));
    }
    whom.append(name);
    if (person.name) whom.append(Object.assign(document.createElement("span"), { className: "quiet", textContent: person.reference }));
    line.append(Object.assign(document.createElement("div"), { className: "stand tag", textContent: place.dataset[stand] }));
  }
  document.getElementById("end").addEventListener("click", end);
  told();
}

// How much waits on this tablet, wherever that is said.
async function told() {
  const waiting = await boxes.all();
  const refused = waiting.filter(({ refused: no }) => no).length;
  const said = main.querySelector("[data-told=waiting]");
  if (said) {
    said.className = waiting.length ? "note" : "done-note";
    said.textContent = waiting.length ? place.dataset.waits.replace("{}", waiting.length) : place.dataset.none;
  }
  const no = main.querySelector("[data-told=refused]");
  if (no) Object.assign(no, { hidden: !refused, textContent: place.dataset.refused.replace("{}", refused) });
}

async function sendNow() {
  const waits = await sendBoxes().catch(() => 1);
  await told();
  return waits;
}

// Only where there is a signal: the server takes the lock off, for whoever knows the PIN.
async function end() {
  const said = document.getElementById("end-fault");
  said.hidden = true;
  await sendNow();
  try {
    await fetch(tablet, { cache: "no-store" });
  } catch {
    return tell(said);
  }
  await drop();
  location.assign(tablet);
}

async function drop() {
  await forget();
  day = opened = null;
}

async function forget() {
  dropSalt(address);
  await days.remove(address);
  await caches.delete(AWAY);
}

async function over() {
  opened = null;
  finish();
  if (day) await drop();
  giveBack.hidden = true;
  show("over");
  send();
}

// Somebody has the tablet: of the others nothing is left on this page.
function handOver(number) {
  const { ticket, slip } = opened.people[number];
  opened = null;
  survey = { number, ticket, slip, id: newId(), saves: [], agreed: null, at: null, language: inLanguage(slip.language), turn: null, count: 0 };
  giveBack.hidden = false;
  consent();
}

// What is shown in a language; its pack is fetched from where it is kept.
function inLanguage(code) {
  const { pack, ...found } = day.parts.find((each) => each.code === code) ?? day.parts[0];
  return { ...found, address: pack };
}

function part(name) {
  const holder = document.createElement("template");
  holder.innerHTML = survey.language.html;
  return holder.content.querySelector(`[data-part="${name}"]`);
}

async function consent() {
  const { language } = survey;
  language.pack ??= await packAt(language.address, async (part) => (await fetch(part)).json());
  show(part("consent"), survey.language);
  choices();
  const form = document.getElementById("consent");
  form.addEventListener("submit", async (event) => {
    event.preventDefault();
    const declined = pressed().name === "decline";
    const agreed = Object.fromEntries([...form.querySelectorAll("input")].map((each) => [each.name, each.checked && !declined]));
    const missing = survey.language.required.some((name) => !agreed[name]);
    if (missing && !declined) return tell(form.querySelector(".fault"));
    Object.assign(survey, { agreed, at: new Date().toISOString() });
    await keep(declined ? "sent" : "began");
    if (declined) return ended("declined");
    questions();
  });
}

// The languages there are to choose from, each by its own name.
function choices() {
  if (day.parts.length < 2) return;
  const row = Object.assign(document.createElement("p"), { className: "languages" });
  for (const each of day.parts) {
    const name = Intl.DisplayNames ? new Intl.DisplayNames([each.code], { type: "language" }).of(each.code) : each.code;
    const button = Object.assign(document.createElement("button"), { className: "plain", type: "button", textContent: name, lang: each.code });
    button.setAttribute("aria-pressed", String(each.code === survey.language.code));
    button.addEventListener("click", () => { survey.language = inLanguage(each.code); consent(); });
    row.append(button, " ");
  }
  main.querySelector("h1").before(row);
}

function questions() {
  refill(bar);
  const { pack, code } = survey.language;
  const slip = { ...survey.slip, language: code };
  refill(main, Object.assign(document.createElement("h1")));
  refill(bar, part("bar").content.cloneNode(true));
  // What a queue is to the pages, on a tablet that seals everything: each save is kept at once, and none comes back.
  const queue = {
    put: (save) => { survey.saves.push({ at: new Date().toISOString(), ...save }); keep("began"); },
    pending: () => [], back: () => [], onAnswer: () => {}, onChange: () => {}, stand: () => "saved", tryNow: () => {}, letGo: async () => {},
  };
  survey.turn = new Turning({ main, address, queue, slip, pack, fresh: async () => null, reachable: true, open: goOn });
  const first = survey.turn.route.resume;
  if (first) survey.turn.show(first, { history: "replaceState" });
  else check();
}

function goOn(to) {
  const { pathname, searchParams } = new URL(to, location.href);
  if (pathname === address) lock();
  else if (pathname.endsWith("/check")) check();
  else if (pathname.endsWith("/later")) later(searchParams.has("unsaved"));
  else if (survey.turn.route.pages.length) survey.turn.show(survey.turn.route.pages[0]);
}

function check() {
  const { turn } = survey;
  show(part("check"), survey.language);
  main.querySelector("[data-do=send]").addEventListener("click", async () => {
    survey.send = true;
    await keep("sent");
    ended("done");
  });
  main.querySelector("[data-do=look]").addEventListener("click", () => {
    refill(bar, part("bar").content.cloneNode(true));
    turn.show(turn.page);
  });
}

function later(unsaved) {
  ended("later");
  main.querySelector("[data-unsaved]").hidden = !unsaved;
}

function ended(name) {
  const language = survey.language;
  const shown = part(name);
  finish();
  show(shown, language);
  send();
}

function finish() {
  survey = null;
  refill(bar);
}

// Seals all that was said so far, in the place of what was sealed before of the same stay. One after the other: what is
// sealed last is what stays.
let keeping = Promise.resolve();

function keep(stand) {
  const { id, number, ticket, agreed, at, saves, language, send: sends } = survey;
  const count = (survey.count += 1);
  const content = { ticket, language: language.code, at, agreed, saves: [...saves], send: Boolean(sends) };
  keeping = keeping.then(async () => {
    await boxes.put({ id, place: number, stand, count, closed: await close(day.key, content) });
    day.stands = { ...day.stands, [number]: stand };
    if (!isOver()) await days.put(day);
  });
  return keeping;
}

// What a page of questions does, as in `survey.js`.
document.addEventListener("input", ({ target }) => {
  if (survey?.turn && target.closest("form.question")) survey.turn.changed = true;
});

document.addEventListener("submit", (event) => {
  if (!survey?.turn || !event.target.matches("form.question")) return;
  event.preventDefault();
  const { name, value } = pressed();
  survey.turn.go(name === "then" ? value : null);
}, true);

document.addEventListener("click", (event) => {
  const back = event.target.closest("a.back");
  if (!survey?.turn || !back) return;
  event.preventDefault();
  event.stopPropagation();
  if (survey.turn.changed && survey.turn.form) survey.turn.go("back");
  else survey.turn.goTo(back.href);
}, true);

addEventListener("popstate", () => survey?.turn?.moved());
