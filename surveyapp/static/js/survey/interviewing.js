// An interview where the keys are pressed: what is entered is read at once, what follows from it is on the screen before the
// next key, and the saves go in the background. Nothing of it is ever on the disk of this device.

import { dispute, fieldsIn, madeCard } from "./cards.js";
import { Elsewhere } from "./elsewhere.js";
import { inWords } from "./facts.js";
import { newId } from "./kept.js";
import { fieldsOf, refill, sentence } from "./page.js";
import { learn, read, readStored } from "./reading.js";
import { outsideBy, walk } from "./route.js";
import { patch, refresh } from "./stream.js";
import { typed } from "./typed.js";
import { Unsent } from "./unsent.js";

learn(typed);

const PATIENCE = 2000;

export class Interviewing {
  // `form`: the section's, with the server's cards in it; `slip`, `pack`: as the server gave them; `queue`: takes saves;
  // `stream`: of the cards; `bar`: says how things stand; `fresh()`: asks for the slip anew, null without a signal;
  // `place(section)`: its address; `open(address)`: goes to another page.
  constructor({ form, slip, pack, queue, stream, bar, fresh, place, section, open }) {
    Object.assign(this, { form, queue, stream, bar, fresh, place, section });
    this.cards = form.querySelector("#cards");
    this.mine = new Set();
    this.unsent = new Unsent(() => { this.flush(); this.tell(); });
    // What is wrong, by item: the variable that it is about, and the sentence; and what was entered when it was read out.
    this.faults = {};
    this.told = {};
    this.stands = {};
    this.elsewhere = new Elsewhere(this, open);
    this.take(slip, pack);
    this.seen = Object.fromEntries(Object.entries(this.known).map(([key, { save }]) => [key, save]));
    bar.hold(slip.hold);
    queue.onAnswer((save, answer) => this.hear(save, answer));
    queue.onChange(() => this.tell());
  }

  // Takes up what the server knows, under what is on its way to it.
  take(slip, pack = this.pack) {
    Object.assign(this, { slip, pack });
    this.byId = new Map(pack.pages.map((page) => [page.id, page]));
    this.partOf = new Map(pack.pages.flatMap((page) => page.parts.map((part) => [part.key, part])));
    const before = this.known ?? {};
    this.known = { ...slip.answers };
    this.by = { ...slip.by };
    const forms = Object.fromEntries(Object.entries(slip.answers).map(([key, { form }]) => [key, form]));
    this.answers = readStored(pack.pages, forms, pack.words);
    this.outside = outsideBy(pack.pages, slip.outside, { ...this.answers });
    for (const save of this.queue.pending()) {
      for (const key of Object.keys(save.over)) if (before[key]?.save === save.save) this.hasNow(key, before[key]);
    }
    this.route = this.walked();
  }

  hasNow(key, known) {
    this.known[key] = known;
    delete this.by[key];
    Object.assign(this.answers, readStored(this.pack.pages, { [key]: known.form }, this.pack.words));
  }

  walked() {
    return walk(this.pack.pages, this.answers, this.outside);
  }

  // --- what is entered

  // An item of the screen has another answer. `typing`: more of it is to come.
  changed(item, typing) {
    this.elsewhere.stay();
    this.bar.pass();
    const { item: key, page } = item.dataset;
    this.unsent.keep(key, { page, form: this.read(item) });
    if (typing) this.unsent.soon();
    else this.flush();
    this.sync();
    if (!typing) this.sayFault(item);
    this.tell();
  }

  // Reads out what is wrong with an item, once as long as nothing else is entered there. Whether there was something to say.
  sayFault(item) {
    const key = item?.dataset.item;
    const { sentence: said } = this.faults[key] ?? {};
    const written = JSON.stringify(this.unsent.of(key)?.form ?? null);
    if (!said || this.told[key] === written) return false;
    this.told[key] = written;
    this.bar.speak(`${this.pack.words.error} ${said}`);
    return true;
  }

  wrong(key, fault, said = sentence(fault, this.partOf.get(fault.variable), this.pack)) {
    this.faults[key] = { variable: fault.variable, sentence: said };
  }

  // Reads an item, and returns what it sends.
  read(item) {
    const key = item.dataset.item;
    const parts = this.partsOf(item);
    const form = this.formOf(item);
    delete this.faults[key];
    if (!Object.keys(form).length) {
      for (const part of parts) delete this.answers[part.key];
    } else {
      const { answers, faults } = read(parts, form, this.pack.words, true);
      Object.assign(this.answers, answers);
      const wrong = faults.find((fault) => fault.code !== "required");
      if (wrong) this.wrong(key, wrong);
    }
    this.route = this.walked();
    return form;
  }

  partsOf(item) {
    const { item: key, page } = item.dataset;
    return this.byId.get(page).parts.filter((part) => part.key === key || part.when?.[0] === key);
  }

  // What an item sends. One that was answered and now is empty counts as skipped: what was taken out must not come back.
  formOf(item) {
    const values = fieldsIn(item);
    const own = (key) => Object.keys(values).some((name) => name === key || (name.startsWith(`${key}:`) && !name.endsWith(":note")));
    for (const { key } of this.partsOf(item)) if (!own(key) && key in this.known) values[`${key}:missing`] = ["skipped"];
    return own(item.dataset.item) || item.dataset.item in this.known ? values : {};
  }

  // Sends what was entered, page by page. What is wrong with an answer is said, and the one before it stands.
  flush() {
    for (const [page, form] of this.unsent.take((key) => !this.faults[key])) this.put(page, form);
  }

  put(page, form) {
    const { questionnaire, version, wording, language } = this.slip;
    const save = newId();
    const keys = new Set(Object.keys(form).map((name) => name.split(":")[0]));
    const over = {};
    for (const key of keys) {
      over[key] = this.seen[key] ?? null;
      this.seen[key] = save;
      this.hasNow(key, { save, form: fieldsOf({ key }, form) });
      delete this.stands[key];
    }
    this.mine.add(save);
    this.route = this.walked();
    this.queue.put({ save, page, questionnaire, version, wording, language, form, over });
  }

  // --- what is on the screen

  get asked() {
    const on = new Set(this.route.pages.map((page) => page.id));
    return this.pack.cards.filter((card) => card.section === this.section && card.pages.some((page) => on.has(page)));
  }

  make(card) {
    const parts = card.pages.flatMap((page) => this.byId.get(page).parts);
    // What could not be sent stands over what is known.
    const values = Object.assign({}, ...parts.map((part) => (this.unsent.of(this.itemKey(part.key)) ?? this.known[part.key])?.form ?? {}));
    const on = new Set(this.route.pages.map((page) => page.id));
    return madeCard(card, {
      parts, values, order: this.slip.orders[card.id], on: (page) => on.has(page),
      fact: (name) => this.slip.facts[name] ?? inWords(this.route.answers[name], this.partOf.get(name), this.pack.words),
    });
  }

  // Brings the screen to what is asked now, keeping the elements that stay.
  sync() {
    const { asked } = this;
    const on = new Set(this.route.pages.map((page) => page.id));
    const shown = JSON.stringify(asked.map((card) => card.pages.filter((page) => on.has(page))));
    if (shown !== this.shown) {
      this.flush();
      const fresh = document.createElement("div");
      fresh.append(...asked.map((card) => this.make(card)));
      for (const item of fresh.querySelectorAll("[data-item]")) {
        if (!this.itemOf(item.dataset.item)) this.sees(item);
      }
      patch(this.cards, fresh, "[data-card]", (card) => card.dataset.card, (old, renewed) => {
        patch(old, renewed, "[data-item]", (item) => item.dataset.item, () => {});
      });
      this.shown = shown;
    }
    for (const card of asked.filter((each) => each.quotes)) this.quoteAnew(card);
    if (this.stream.current && !this.stream.current.isConnected) this.stream.start();
    this.refresh();
  }

  // A text may quote what was just entered.
  quoteAnew(card) {
    const old = this.cards.querySelector(`[data-card="${CSS.escape(card.id)}"]`);
    const fresh = this.make(card);
    const texts = (root) => [...root.querySelectorAll(".ask, .say, .hint")];
    const [before, after] = [texts(old), texts(fresh)];
    after.forEach((text, place) => {
      if (before[place] && before[place].textContent !== text.textContent) refill(before[place], ...text.childNodes);
    });
  }

  refresh() {
    let wrong = false;
    for (const item of this.stream.items) {
      const key = item.dataset.item;
      const lines = this.partsOf(item);
      refresh(item, { answered: key in this.route.answers, fault: this.faults[key], by: this.by[key] });
      wrong ||= key in this.faults;
      const stand = lines.map((part) => this.stands[part.key]).find(Boolean);
      const told = item.querySelector(".told");
      if (stand && !told) item.append(this.disputed(item, stand));
      if (!stand) told?.remove();
    }
    for (const card of this.cards.querySelectorAll(".q")) {
      const items = [...card.querySelectorAll("[data-item]")];
      card.classList.toggle("done", items.length > 0 && items.every((item) => item.classList.contains("done")));
    }
    this.name(wrong);
  }

  // The title says first that something on the page is wrong, as the server's does.
  name(wrong) {
    const { error } = this.pack.words;
    document.title = `${wrong ? `${error} ` : ""}${document.title.replace(`${error} `, "")}`;
  }

  // The item that a variable is entered in.
  itemKey(variable) {
    return this.partOf.get(variable)?.when?.[0] ?? variable;
  }

  itemOf(variable) {
    return this.cards.querySelector(`[data-item="${CSS.escape(this.itemKey(variable))}"]`);
  }

  sees(item) {
    for (const { key } of this.partsOf(item)) this.seen[key] = this.known[key]?.save ?? null;
  }

  // Fills an item in anew with what is known.
  renewItem(item) {
    const card = this.pack.cards.find((each) => each.id === item.closest("[data-card]").dataset.card && each.section === this.section);
    const fresh = this.make(card).querySelector(`[data-item="${CSS.escape(item.dataset.item)}"]`);
    if (!fresh) return;
    const current = this.stream.current === item;
    item.replaceWith(fresh);
    this.sees(fresh);
    if (current) this.stream.go(fresh);
  }

  // --- from question to question, and from section to section

  // To what comes after the current question. Where its answer cannot be stored that is said first, and who goes on all the
  // same does so knowing it.
  async advance() {
    this.flush();
    if (this.sayFault(this.stream.current)) return;
    const next = this.stream.beside(1);
    if (!next) return this.finish();
    if (this.route.isUnclear(this.byId.get(next.dataset.page)) && !(await this.settled())) return;
    this.stream.go(this.stream.beside(1) ?? next);
  }

  // Where a condition rests on what this page cannot tell: asks the server, which may take a signal.
  async settled() {
    this.busy = true;
    const enough = Date.now() + PATIENCE;
    while (this.queue.pending().length && Date.now() < enough) await new Promise((go) => setTimeout(go, 50));
    const done = !this.queue.pending().length && await this.renew();
    this.busy = false;
    if (!done) this.bar.say(this.pack.words.waits);
    return done;
  }

  // After the last question of the section: what is empty and need not be answered is skipped, what has to be is shown.
  async finish() {
    this.flush();
    const before = this.stream.items.length;
    for (const item of this.stream.items) {
      const { item: key, page } = item.dataset;
      const part = this.partOf.get(key);
      if (key in this.route.answers || this.faults[key]) continue;
      if (part.required) this.wrong(key, { code: "required", variable: key });
      else this.put(page, { [`${key}:missing`]: ["skipped"] });
    }
    if (this.route.doubt && !(await this.settled())) return;
    this.sync();
    const open = this.stream.items.find((item) => item.matches(".faulty") || item.querySelector(".told") || !(item.dataset.item in this.route.answers));
    if (open) {
      this.stream.go(open);
      this.bar.say(this.stream.items.length > before ? this.pack.words.more : open.querySelector(".fault").textContent);
      this.tell();
      return;
    }
    const following = this.sections.slice(this.sections.findIndex((each) => each.id === this.section) + 1).find((each) => each.pages);
    if (following) this.show(following.id);
    else this.leave(this.place(null));
  }

  // The sections of which something is or may still be asked, in order: how many `pages`, and how many of them are `open`.
  get sections() {
    const ruledOut = new Set(this.route.notAsked);
    return this.pack.sections.map(({ id }) => {
      const pages = this.route.pages.filter((page) => page.section === id);
      const maybe = this.pack.pages.some((page) => page.section === id && page.parts.some((part) => !ruledOut.has(part.key)));
      return { id, maybe, pages: pages.length, open: pages.filter((page) => !this.route.isAnswered(page)).length };
    }).filter((each) => each.maybe || each.pages);
  }

  back() {
    this.flush();
    const before = this.sections.slice(0, this.sections.findIndex((each) => each.id === this.section)).filter((each) => each.pages).pop();
    if (before) this.show(before.id);
  }

  // Shows a section, as loading it would.
  show(id, { history: kept = "pushState" } = {}) {
    this.flush();
    const { sections } = this;
    const number = 1 + sections.findIndex((each) => each.id === id);
    const words = this.pack.sections.find((each) => each.id === id);
    if (!number || !sections[number - 1].pages) return;
    this.section = id;
    this.form.querySelector("#head").innerHTML = words.head.replace("{number}", number).replace("{count}", sections.length);
    const fresh = this.asked.map((card) => this.make(card));
    refill(this.cards, ...fresh);
    this.shown = null;
    for (const item of this.stream.items) this.sees(item);
    this.form.querySelector("[data-primary]").textContent = number < sections.length ? this.pack.words.next : this.pack.words.last;
    this.form.querySelector("[value=back]").hidden = number === 1;
    this.form.action = this.place(id);
    document.title = document.title.replace(this.title, words.title);
    this.title = words.title;
    for (const summary of this.form.querySelectorAll(".error-summary")) summary.remove();
    if (kept) history[kept]({ section: id }, "", this.place(id));
    this.stream.current = null;
    this.sync();
    this.stream.start();
    scrollTo(0, 0);
  }

  // Goes to another page once everything is sent.
  leave(address) {
    this.elsewhere.go(address);
  }

  // Brings something to the screen that was entered, of several what is still asked.
  showEntered(keys) {
    const on = new Set(this.route.pages.map((page) => page.id));
    const key = keys.find((each) => on.has(this.unsent.of(each).page)) ?? keys[0];
    const { section } = this.byId.get(this.unsent.of(key).page);
    if (section !== this.section) this.show(section);
    this.stream.go(this.itemOf(key));
  }

  // --- what the server says

  hear(save, answer) {
    if (answer.hold) this.bar.hold(answer.hold);
    const mine = this.mine.delete(save.save);
    if (mine && ["faulty", "refused"].includes(answer.became)) this.returned(save, answer.faults ?? []);
    if (answer.became === "kept_as_correction") this.bar.over(answer.sentence);
    for (const [key, stand] of Object.entries(answer.stands ?? {})) {
      if (this.known[key]?.save === save.save || !mine) this.contested(key, stand);
    }
    if (!mine && ["saved", "kept_off_route"].includes(answer.became)) return this.inAnotherWindow();
    if (answer.hold && answer.hold.attempts !== this.slip.hold.attempts) this.bar.alarm(this.pack.words.ended);
    this.sync();
    this.tell();
    const idle = !this.queue.pending().length && !this.typing;
    if (idle && answer.next && answer.next !== (this.route.next(save.page)?.id ?? "check")) this.renew();
  }

  // A save that was not taken left nothing: what it brought is here alone, unless something was entered over it.
  returned({ save, page, form }, faults) {
    for (const key of new Set(Object.keys(form).map((name) => this.itemKey(name.split(":")[0])))) {
      const own = Object.entries(form).filter(([name]) => this.itemKey(name.split(":")[0]) === key);
      if (this.unsent.of(key) || own.some(([name]) => this.known[name.split(":")[0]]?.save !== save)) continue;
      this.unsent.keep(key, { page, form: Object.fromEntries(own) });
      const fault = faults.find(({ variable }) => this.itemKey(variable) === key);
      if (!fault) continue;
      this.wrong(key, fault, fault.sentence);
      this.sayFault(this.itemOf(key));
    }
  }

  // Both answers are told, and one is chosen.
  contested(key, stand) {
    this.stands[key] = stand;
    this.bar.alarm(this.pack.words.stands[stand.whose].replace("{}", stand.words.join(", ")));
  }

  disputed(item, stand) {
    const keys = this.partsOf(item).map((part) => part.key).filter((key) => key in this.stands);
    const done = (act) => () => {
      for (const key of keys) act(key, this.stands[key]);
      for (const key of keys) delete this.stands[key];
      this.queue.letGo(item.dataset.page);
    };
    return dispute(stand, this.pack.words.stands, {
      keep: () => {
        this.unsent.drop(item.dataset.item);
        delete this.faults[item.dataset.item];
        done((key, { save, form }) => { this.hasNow(key, { save, form }); this.seen[key] = save; })();
        this.route = this.walked();
        this.renewItem(item);
        this.sync();
        this.tell();
      },
      mine: () => {
        done((key, { save }) => { this.seen[key] = save; })();
        this.changed(item, false);
        this.stream.go(item);
      },
    });
  }

  // Another window of this browser entered something for the same case: this one says so, and shows it.
  async inAnotherWindow() {
    this.bar.alarm(this.pack.words.elsewhere);
    await this.renew();
  }

  // Asks for the slip anew, under what is on its way. False without a signal.
  async renew() {
    const slip = await this.fresh();
    if (!slip || slip.pack !== this.slip.pack) return false;
    this.take(slip);
    this.bar.hold(slip.hold);
    for (const item of this.stream.items) {
      const differs = this.partsOf(item).some(({ key }) => (this.known[key]?.save ?? null) !== (this.seen[key] ?? null));
      const typing = item.contains(document.activeElement) && document.activeElement.matches("textarea, [type=text]");
      if (differs && !typing && !this.unsent.of(item.dataset.item)) this.renewItem(item);
    }
    this.sync();
    this.tell();
    return true;
  }

  // Whether something is about to be sent.
  get typing() {
    return this.unsent.keys.some((key) => !this.faults[key]);
  }

  // How things stand, in the bar.
  tell() {
    this.elsewhere.tryNow();
    // Nothing is kept on this device, so that why it waits is what there is to say.
    const { sending } = this.queue;
    if (this.queue.gone && sending.sentence) this.bar.over(sending.sentence);
    const stand = this.queue.pending().length && sending.trying && sending.why ? sending.why : this.queue.stand();
    const open = Object.keys(this.faults).length || Object.keys(this.stands).length;
    this.bar.tell(this.typing && stand === "saved" ? "saving" : stand === "saved" && open ? "back" : stand, sending.sentence);
  }
}
