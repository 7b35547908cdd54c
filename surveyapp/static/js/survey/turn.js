// The page turns here: what is answered is read, kept for sending, and the next question shown at once. The server has the
// last word: where it leads elsewhere, the person is led there and told why.

import { same } from "./conditions.js";
import { inWords } from "./facts.js";
import { newId } from "./kept.js";
import { elements, fieldsOf, made, refill, tell, valuesOf, whole } from "./page.js";
import { read, readStored } from "./reading.js";
import { outsideBy, walk } from "./route.js";

const PATIENCE = 2000;

// What is waited for in place of a save: the rest of the pack.
const REST = { save: "rest" };

export class Turning {
  // `main`: where pages stand, with the server's page in it; `address`: of their pages; `slip`, `pack`: as the server gave
  // them; `known`: what is known by now where the slip is older; `queue`: takes saves; `fresh()`: asks for slip and pack
  // anew, null without a signal; `reachable`: whether the server seems to be there; `open(address)`: goes to a page of its.
  constructor({ slip, pack, known = {}, ...given }) {
    Object.assign(this, given);
    const { queue } = given;
    this.drafts = {};
    this.mine = new Set();
    this.leaving = null;
    this.told = new Set();
    this.expected = null;
    this.waiting = null;
    this.later = null;
    this.kept = null;
    this.closed = false;
    this.take(slip, pack);
    this.know(known);
    for (const save of queue.pending()) this.note(save);
    queue.onAnswer((save, answer) => this.hear(save, answer));
    queue.onChange(() => this.depart() || this.kept?.());
  }

  // Takes up what the server knows, under what is on its way to it.
  take(slip, pack) {
    Object.assign(this, { slip, pack });
    pack.pages.forEach(whole);
    this.byId = new Map(pack.pages.map((page) => [page.id, page]));
    this.partOf = new Map(pack.pages.flatMap((page) => page.parts.map((part) => [part.key, part])));
    this.known = { ...slip.answers };
    const forms = Object.fromEntries(Object.entries(slip.answers).map(([key, { form }]) => [key, form]));
    this.answers = readStored(pack.pages, forms, pack.words);
    this.outside = outsideBy(pack.pages, slip.outside, { ...this.answers });
    this.route = this.walked();
  }

  // What stands by now, by variable, each with the save that said so.
  know(known) {
    const forms = Object.fromEntries(Object.entries(known).filter(([key]) => this.partOf.has(key)).map(([key, { form }]) => [key, form]));
    this.known = { ...this.known, ...known };
    this.answers = { ...this.answers, ...readStored(this.pack.pages, forms, this.pack.words) };
    this.route = this.walked();
  }

  walked() {
    return walk(this.pack.pages, this.answers, this.outside);
  }

  // The rest of the pack is there: shows what was waited for.
  arrived() {
    if (this.waiting?.save === REST.save) this.showOr(this.nextOf(this.page));
  }

  // Takes up what is needed now and then (`later.js`), and shows what came back before it was there.
  complete(later) {
    this.later = later;
    later.keepWritten(this);
    this.lookBack();
  }

  // One's own save, as if the server had it.
  note(save) {
    const page = this.byId.get(save.page);
    if (!page?.html) return;
    const found = this.read(page, save.form).answers;
    const answers = save.passing ? this.inPassing(found) : found;
    for (const part of page.parts) {
      if (!(part.key in answers)) continue;
      this.answers[part.key] = answers[part.key];
      this.known[part.key] = { save: save.save, form: fieldsOf(part, save.form) };
    }
    this.route = this.walked();
  }

  // The page that is here now: the server's, or one that was shown.
  at(id) {
    this.page = this.byId.get(id);
    this.seen = Object.fromEntries(this.page.parts.map((part) => [part.key, this.known[part.key]?.save ?? null]));
    this.changed = false;
  }

  get form() {
    return this.main.querySelector("form.question");
  }

  get checking() {
    return new URLSearchParams(location.search).get("from") === "check";
  }

  addressOf(id) {
    return `${this.address}/q/${encodeURIComponent(id)}${this.checking ? "?from=check" : ""}`;
  }

  // Shows a page as loading it would: address, title, top of the page, and what it asks is read out. Where the rest of the
  // pack has not come, it is waited for.
  show(page, { note = null, values = null, history: kept = "pushState" } = {}) {
    if (this.closed) return;
    if (!page.html) return void this.wait(REST, this.pack.words.waits);
    const draft = this.drafts[page.id];
    const content = made(page, {
      order: this.slip.orders[page.question],
      values: values ?? draft ?? this.valuesOf(page),
      fact: (name) => this.slip.facts[name] ?? inWords(this.route.answers[name], this.partOf.get(name), this.pack.words),
    });
    const before = this.backFrom(page);
    for (const back of content.querySelectorAll("a.back")) back.href = before;
    for (const form of content.querySelectorAll("form.question")) form.action = this.addressOf(page.id);
    this.along(content, page);
    if (note) {
      content.querySelector(".passed")?.remove();
      content.querySelector("form.question").before(said(note));
    }
    if (kept) history[kept]({ page: page.id }, "", this.addressOf(page.id));
    this.leaving = null;
    this.waiting = null;
    this.kept = null;
    refill(this.main, content);
    // With nothing answered nothing is theirs yet, and the way there would lead back here.
    if (Object.keys(this.route.answers).length) document.querySelector(".foot .yours")?.removeAttribute("hidden");
    this.going(true);
    this.at(page.id);
    this.changed = Boolean(draft);
    this.top();
  }

  // The top of what is shown: its title, and its heading read out.
  top() {
    this.name("");
    scrollTo(0, 0);
    const heading = this.main.querySelector("h1");
    heading.tabIndex = -1;
    heading.focus({ preventScroll: true });
  }

  // Where they are, how far each section is, and that one is done: as participant/_question.html.
  along(content, page) {
    const { sections } = this.route;
    const place = sections.findIndex((each) => each.section === page.section);
    const { way } = this.pack;
    const along = { number: place + 1, all: sections.length };
    const where = this.filled(place < 0 ? way.inside : way.where, page.section, along);
    const far = sections.map(({ answered, pages }) => `<progress value="${answered}" max="${pages}"></progress>`);
    const before = this.route.page(page.id) && this.route.before(page.id);
    const done = before && before.section !== page.section && !(page.parts.length && this.route.isAnswered(page));
    const passed = done ? this.filled(way.passed, before.section) : "";
    content.querySelector(".way").after(elements(`${where}<div class="far" aria-hidden="true">${far.join("")}</div>${passed}`));
  }

  // Markup of any section as that of one.
  filled(markup, id, more = {}) {
    const { title, html = title } = this.pack.sections.find((each) => each.id === id);
    const found = { section: html, ...more };
    return markup.replace(/\{(\w+)\}/g, (_, name) => found[name]);
  }

  name(before) {
    const heading = this.main.querySelector("h1").textContent.trim().replace(/\s+/g, " ");
    document.title = `${before}${heading}${this.pack.words.ending}`;
  }

  valuesOf(page) {
    return Object.assign({}, ...page.parts.map((part) => this.known[part.key]?.form ?? {}));
  }

  backFrom(page) {
    if (this.checking && !this.route.frontier) return `${this.address}/check`;
    const before = this.route.page(page.id) ? this.route.before(page.id) : null;
    return before ? this.addressOf(before.id) : `${this.address}/consent`;
  }

  // Takes what is on the page. `then`: where to instead of on: `back`, `later`, `there` (the browser is, already), or the address
  // of what is not of the questions. From that nobody comes back to what could not be taken: they are told once, and go if they
  // say so again.
  async go(then = null) {
    const { page } = this;
    const values = valuesOf(this.form);
    const { answers, faults, unsure } = this.read(page, values);
    const written = Object.values(values).flat().some((each) => each.trim());
    const empty = faults.every((fault) => fault.code === "required");
    const out = then?.includes("/");
    if (faults.length && then !== "there" && !(then && empty && !(out && written))) {
      const told = JSON.stringify(values);
      if (!out || !this.told.has(told)) {
        this.told.add(told);
        return this.refuse(faults);
      }
    }
    this.clear();
    let save = null;
    const said = then ? this.inPassing(answers) : answers;
    if (!faults.length && this.isNew(page, said)) save = this.put(page, values, unsure, then ? { passing: true } : {});
    delete this.drafts[page.id];
    if (faults.length && written) this.drafts[page.id] = values;
    if (out) return this.leave(then);
    if (then === "later") return this.leave(`${this.address}/later${Object.keys(this.drafts).length ? "?unsaved=1" : ""}`);
    if (then === "back") return this.goTo(this.backFrom(page));
    if (then === "there") return this.goTo(location.href, null);
    const next = this.nextOf(page);
    if ((unsure && save) || this.route.isUnclear(next)) return this.wait(save, this.pack.words.waits);
    if (save) this.expected = { save: save.save, next: this.route.next(page.id)?.id ?? "check" };
    this.showOr(next);
  }

  // A page, or the one where all is sent.
  showOr(page) {
    if (page) this.show(page);
    else this.leave(`${this.address}/check`);
  }

  read(page, values) {
    return read(page.parts, values, this.pack.words);
  }

  // What is said by going elsewhere than on: what is empty and was before is not skipped.
  inPassing(answers) {
    return Object.fromEntries(Object.entries(answers).filter(([key, { missing }]) => missing !== "skipped" || key in this.answers));
  }

  isNew(page, answers) {
    return Object.keys(answers).some((key) => !same(answers[key], this.answers[key] ?? null));
  }

  put(page, values, unsure, how) {
    const save = this.saveOf(page, values, { over: { ...this.seen }, ...how });
    this.mine.add(save.save);
    if (!unsure) this.note(save);
    this.queue.put(save);
    return save;
  }

  saveOf(page, values, how) {
    const { questionnaire, version, wording, language } = this.pack;
    return { save: newId(), page: page.id, questionnaire, version, wording: wording ?? null, language, form: values, ...how };
  }

  nextOf(page) {
    return this.checking ? this.route.resume : this.route.next(page.id);
  }

  refuse(faults) {
    // The server's own page has no places for what is wrong.
    if (!this.main.querySelector(".fault[hidden]")) this.show(this.page, { values: valuesOf(this.form), history: null });
    this.changed = true;
    const place = tell(this.main, this.page, faults, this.pack);
    this.name(`${this.pack.words.error} `);
    if (place) {
      place.focus();
      place.scrollIntoView({ block: "center" });
    }
  }

  clear() {
    tell(this.main, this.page, [], this.pack);
    this.name("");
    this.say();
  }

  // Says something on the page as it is, in sight; without `words` nothing more.
  say(words) {
    for (const note of this.main.querySelectorAll(".done-note.told")) note.remove();
    if (!words) return;
    const note = said(words);
    this.form.before(note);
    note.scrollIntoView({ block: "center" });
  }

  // Where only the server can tell: stays until it has. `save`: the one whose answer says; without one it is asked.
  async wait(save, words) {
    const waiting = { save: save?.save ?? null, page: this.page };
    this.waiting = waiting;
    setTimeout(() => { if (this.waiting === waiting) this.say(words); }, PATIENCE);
    if (!save) await this.lead(null, null, waiting);
  }

  // Asks for slip and pack anew, under what is on its way. False without a signal.
  async renew() {
    const found = await this.fresh();
    if (!found) return false;
    this.take(found.slip, found.pack);
    for (const save of this.queue.pending()) this.note(save);
    return true;
  }

  // Goes where the server says that one is to go on from this page (null: what it knows by now says). Without a signal the
  // page stays, and it is tried again for as long as somebody waits for it.
  async lead(next, note = null, waiting = null) {
    const { page } = this;
    while (!(await this.renew())) {
      if (!waiting) return;
      await new Promise((go) => setTimeout(go, PATIENCE));
      if (this.waiting !== waiting) return;
    }
    if (this.page !== page) return;
    const on = next && !this.checking ? this.byId.get(next) : this.nextOf(page);
    if (on) this.show(on, { note });
    else this.leave(`${this.address}/check`);
  }

  // What the server says of a save, of this tab or another.
  async hear(save, answer) {
    if (this.closed) return;
    if (answer.became === "faulty" || answer.became === "refused") return this.later?.takeBack(this, save, answer);
    if (!this.mine.has(save.save) && answer.became === "saved") this.note(save);
    for (const [key, { save: id, form }] of Object.entries(answer.stands ?? {})) this.standsNow(key, id, form);
    if (Object.keys(answer.stands ?? {}).length) return this.later?.choose(this, save, answer);
    // They were sent meanwhile, or their time is over: the server says what became of this.
    if (answer.became === "kept_as_correction") return this.leave(`${this.address}?note=late`);
    const { expected, waiting } = this;
    if (waiting?.save === save.save) return this.lead(answer.next, null, waiting);
    if (expected?.save !== save.save || this.queue.pending().length) return;
    this.expected = null;
    if (!answer.next || answer.next === expected.next) return;
    this.hold();
    await this.lead(answer.next, this.pack.words.moved);
  }

  // Somebody else's answer stands in place of one's own.
  standsNow(key, save, form) {
    if (this.partOf.has(key)) this.know({ [key]: { save, form } });
  }

  // Keeps what is written on the page for when it is shown again.
  hold() {
    if (this.changed && this.form) this.drafts[this.page.id] = valuesOf(this.form);
  }

  // The first page, but for one, with something on it that was not taken, and of which they have not been told.
  untold(but) {
    return Object.keys(this.drafts).map((id) => this.route.page(id))
      .find((page) => page?.html && page !== but && !this.told.has(JSON.stringify(this.drafts[page.id])));
  }

  // Goes to a page of the server's once everything is sent and there is a signal: what it shows, and a device that keeps
  // nothing, ask for that. What came back, and was not looked at, comes before the page where all is sent; and before any
  // but the one that says so what was written and not taken.
  leave(address) {
    if (this.closed) return;
    const page = !/\/later|\?note=l/.test(address) && this.untold();
    if (page) {
      this.show(page);
      return this.go();
    }
    this.leaving = address;
    if (this.depart()) return;
    setTimeout(() => { if (this.leaving === address) this.showKept(); }, this.reachable ? PATIENCE : 0);
  }

  depart() {
    const address = this.leaving;
    if (!address || this.queue.pending().length || !this.reachable) return false;
    this.leaving = null;
    if (address !== `${this.address}/check` || !this.lookBack()) this.open(address);
    return true;
  }

  // Shows the first that came back: something is wrong with it, or somebody else's answer stands in its place.
  lookBack() {
    return this.queue.back().some(({ save, answer }) => {
      this.hear(save, answer);
      return this.page.id === save.page && this.changed && this.form;
    });
  }

  // Whether there is a signal, as far as this phone can tell.
  reach(yes) {
    this.reachable = yes;
    this.depart();
  }

  // What waits, in the place of a question.
  showKept() {
    if (this.later) this.later.showKept(this);
    else this.say(this.pack.words.waits);
  }

  // What goes on from a question stands outside of it.
  going(shown) {
    for (const each of document.querySelectorAll("[form=the-form]")) each.hidden = !shown;
  }

  // The browser's own Back or Forward changed the address: its page is shown, and what was on the one before is taken.
  moved() {
    if (this.changed && this.form) this.go("there");
    else this.goTo(location.href, null);
  }

  // To an address of this survey: turned here where it is a question that they may be on.
  goTo(address, history = "pushState") {
    const { pathname } = new URL(address, location.href);
    const id = decodeURIComponent(pathname.slice(`${this.address}/q/`.length));
    const page = pathname.startsWith(`${this.address}/q/`) ? this.route.page(id) : null;
    if (page && !this.route.isUnclear(page)) this.show(page, { history });
    else this.leave(address);
  }
}

function said(words) {
  const note = Object.assign(document.createElement("p"), { className: "done-note told", textContent: words });
  note.setAttribute("role", "status");
  return note;
}
