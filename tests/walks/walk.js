// One walk: people answer on phones while everything that can go wrong does. Then all is well again, and it is counted.

import { emptyRecord, newId } from "/static/js/survey/kept.js";
import { openQueue } from "/static/js/survey/queue.js";
import { DAY, PAGES, Server } from "./server.js";
import { Phone, World } from "./world.js";

const STEPS = 40;
const LONGEST = 240;

class Tab {
  constructor(walk, phone, handle) {
    Object.assign(this, { walk, phone, handle });
    this.dead = false;
    this.writing = new Set();
    this.empty = emptyRecord;
    this.queue = null;
    this.tried = 0;
    // What stands on the screen, by variable, and where it says that the answers are.
    this.screen = {};
    this.shown = null;
    this.put = [];
    phone.tabs.push(this);
    this.name = `${handle} on ${phone.name} tab ${walk.tabs += 1}`;
  }

  // Opens the questionnaire: as the server knows it or, on a device of their own, as it was last.
  async open() {
    const { world, server } = this.walk;
    const kept = `${this.phone.name} ${this.handle}`;
    const fetch = world.fetch(this.phone, this, (...request) => server.answer(...request));
    const clock = world.clock(this.phone, this);
    let slip = null;
    try {
      const abort = new AbortController();
      clock.after(30_000, () => abort.abort());
      const said = await fetch(`/survey/${this.handle}/slip`, { signal: abort.signal });
      slip = JSON.parse(await said.text());
      if (slip.why) slip = null;
      else this.walk.slips.set(kept, slip);
    } catch {
      // No signal, or a page of the network's own.
    }
    slip ??= this.phone.own ? this.walk.slips.get(kept) : null;
    if (!slip) {
      this.tried += 1;
      return this.tried < 5 ? clock.after(20_000, () => this.open()) : this.phone.kill(this);
    }
    const queue = await openQueue({
      handle: this.handle, own: this.phone.own, address: `/survey/${this.handle}`, fetch, clock,
      storage: this.phone.storage(this), locks: this.phone.locks(this), channel: this.phone.channel(this, this.handle),
      random: world.random, wakes: () => {},
    });
    this.walk.broken(queue);
    for (const [variable, { save }] of Object.entries(slip.answers)) this.screen[variable] = save;
    for (const save of queue.pending()) this.screen[save.page] = save.save;
    this.shown = queue.stand();
    queue.onChange((stand) => {
      this.shown = stand;
      this.walk.note(this.name, "shows", stand, queue.pending().length);
    });
    queue.onAnswer((save, answer) => {
      this.walk.hear(this, save, answer);
      for (const [variable, stands] of Object.entries(answer.stands ?? {})) this.screen[variable] = stands.save;
    });
    this.queue = queue;
  }

  write(variable, value) {
    const save = {
      save: newId(), page: variable, questionnaire: "first", version: 1, wording: null, language: "en",
      form: { [variable]: [value] }, over: { [variable]: this.screen[variable] ?? null },
    };
    const told = { save: save.save, variable, value, tab: this, order: this.walk.told.length, kept: false };
    this.walk.told.push(told);
    this.walk.note(this.name, "writes", variable, value, save.save.slice(0, 4), "over", save.over[variable]?.slice(0, 4), this.phone.mode, this.phone.own);
    this.put.push(told);
    this.screen[variable] = save.save;
    this.queue.put(save);
  }
}

export class Walk {
  // `broken`: breaks a queue, so that what the walks find can be seen.
  constructor(seed, broken) {
    this.broken = broken;
    this.seed = seed;
    this.world = new World(seed);
    this.server = new Server(["ana", "ben"]);
    this.told = [];
    this.slips = new Map();
    this.untrue = [];
    this.contested = new Map();
    const { world } = this;
    const make = (name, own) => new Phone(world, name, { own, locks: world.chance(0.7), channel: world.chance(0.8) });
    this.phones = [make("phone", world.chance(0.8)), make("laptop", world.chance(0.5))];
    for (const phone of this.phones) this.server.open(phone, "ana");
    this.number = 0;
    this.tabs = 0;
    this.trace = globalThis.TRACE ? [] : null;
  }

  hear(tab, save, answer) {
    this.note(tab.name, "hears", save.save.slice(0, 4), answer.became, Object.values(answer.stands ?? {}).map((each) => each.save.slice(0, 4) + each.whose));
    if (answer.became !== "contested") return;
    // As the server said it: in mid-queue a tab is not told what stood.
    const said = this.server.heard.find((each) => each.answer?.save === save.save && each.answer.became === "contested");
    this.contested.set(save.save, { phone: tab.phone, save, answer: said.answer });
  }

  has(told) {
    return told.there ||= this.isThere(told);
  }

  isThere(told) {
    const person = this.server.people.get(told.tab.handle);
    return person.known.has(told.save) || person.faulty.has(told.save) || person.state === "withdrawn";
  }

  isKept(told) {
    const record = told.tab.phone.records.get(told.tab.handle);
    const held = [...record?.saves ?? [], ...Object.values(record?.back ?? {}).map((each) => each.save)];
    return held.some((each) => each.save === told.save);
  }

  note(...said) {
    if (this.trace) this.trace.push([Math.round(this.world.now), ...said].join(" "));
  }

  // What is shown is true: at this moment.
  look() {
    for (const phone of this.phones) {
      for (const tab of phone.tabs) {
        if (!tab.queue || ["saving", "gone"].includes(tab.shown)) continue;
        if (["cannot_keep", "ended_here"].includes(tab.shown)) continue;
        for (const told of tab.put) {
          if (told.there && told.kept) continue;
          const there = this.has(told) || (tab.shown !== "saved" && this.isKept(told));
          if (!there) this.note("UNTRUE", told.save.slice(0, 4));
          if (!there) this.note("UNTRUE", told.save.slice(0, 4), tab.name);
          if (!there) this.untrue.push(`${this.world.now}: “${tab.shown}” of ${told.variable} ${told.save}`);
          told.kept = true;
        }
      }
    }
  }

  async step() {
    const { world, server } = this;
    this.note(JSON.stringify(world.network), this.phones.map((each) => `${each.name} ${each.own} ${each.mode} ${JSON.stringify(server.sessions.get(each.name))}`));
    const phone = world.of(this.phones);
    const tab = phone.tabs.length ? world.of(phone.tabs) : null;
    const what = world.random();
    if (what < 0.5) {
      if (tab?.queue) this.write(tab);
    } else if (what < 0.6) {
      if (tab) {
        phone.kill(tab);
        if (world.chance(0.8)) this.open(phone, tab.handle);
      }
    } else if (what < 0.66) {
      if (phone.tabs.length < 2) this.open(phone);
    } else if (what < 0.74) {
      world.network = world.of([
        { up: true, drop: 0, forget: 0, double: 0, slow: 200, portal: 0, fault: 0 },
        { up: false, drop: 0, forget: 0, double: 0, slow: 200, portal: 0, fault: 0 },
        { up: true, drop: 0.3, forget: 0.3, double: 0.3, slow: 6000, portal: 0.05, fault: 0.1 },
        { up: true, drop: 0, forget: 0.5, double: 0.5, slow: 40_000, portal: 0, fault: 0 },
        { up: true, drop: 0.1, forget: 0.1, double: 0.1, slow: 500, portal: 0.5, fault: 0 },
        { up: true, drop: 0, forget: 0, double: 0.2, slow: 500, portal: 0, fault: 0.6 },
      ]);
      if (world.network.up) for (const each of phone.tabs) each.queue?.tryNow();
    } else if (what < 0.8) {
      phone.mode = world.of(["well", "well", "full", "forbidden"]);
      phone.failed ||= phone.mode !== "well";
    } else if (what < 0.84) {
      phone.off = world.of([-DAY, 0, DAY]);
    } else if (what < 0.88) {
      server.sessions.delete(phone.name);
    } else if (what < 0.92) {
      // Their link again, or somebody else's, in this browser.
      server.open(phone, phone === this.phones[0] && world.chance(0.4) ? "ben" : "ana");
      this.open(phone);
    } else if (what < 0.95) {
      this.interview(server.people.get("ana"));
    } else if (what < 0.965) {
      const person = server.people.get("ana");
      if (person.state === "open" && person.revision) {
        person.state = world.of(["sent", "closed"]);
        server.heard.push({ handle: "ana", state: person.state });
      }
    } else if (what < 0.97) {
      server.people.get("ben").state = "withdrawn";
    }
    await world.pass(world.of([50, 500, 5000, 60_000, 1_800_000]), () => this.look());
  }

  // An interviewer gives an answer on the route.
  interview(person) {
    const { pages, frontier } = person.route;
    const { page } = this.world.of(frontier < 0 ? pages : pages.slice(0, frontier + 1));
    const value = { coffee: this.world.of(["much", "not"]), worth: "5" }[page] ?? `somebody else ${this.number += 1}`;
    if (person.state !== "open" || !person.revision || person.newest[page]?.value === value) return;
    const save = newId();
    person.give(page, value, save, "interviewer");
    this.server.heard.push({ handle: person.handle, gives: { save, page, value } });
  }

  write(tab) {
    const { page } = this.world.of(PAGES);
    const own = { coffee: this.world.of(["much", "somewhat", "little"]), worth: this.world.of(["3", "7", "eleven"]) };
    tab.write(page, own[page] ?? `written ${this.number += 1}`);
    // Several at once, as a page that is turned fast.
    if (this.world.chance(0.4)) this.write(tab);
  }

  open(phone, handle = this.server.sessions.get(phone.name)?.handle ?? "ana") {
    new Tab(this, phone, handle).open();
  }

  // All is well again: signal, storage, sessions; each person opens their own link, one after the other.
  async heal() {
    this.world.network = { up: true, drop: 0, forget: 0, double: 0, slow: 200, portal: 0, fault: 0 };
    for (const handle of ["ben", "ana"]) {
      for (const phone of this.phones) {
        phone.mode = "well";
        this.server.open(phone, handle);
        this.open(phone, handle);
      }
      const own = () => this.phones.flatMap((phone) => phone.tabs).filter((tab) => tab.handle === handle);
      // Until nothing is left, and long enough for every copy that is still on its way.
      for (let minutes = 0; minutes < LONGEST && (minutes < 10 || own().some((tab) => !tab.queue || tab.queue.pending().length)); minutes += 5) {
        await this.world.pass(300_000, () => this.look());
      }
    }
    await this.world.pass(DAY + 60_000);
  }

  async go() {
    for (const phone of this.phones) this.open(phone);
    await this.world.pass(2000);
    for (let number = 0; number < STEPS; number += 1) await this.step();
    await this.heal();
    return this.count();
  }

  // Whether all that was written since what was seen, up to what stands, was written on this very phone.
  isAllOwn(phone, save, answer) {
    const [[variable, stands]] = Object.entries(answer.stands);
    if (this.contested.has(save.over[variable])) return false;
    const written = this.server.people.get("ana").history.filter((each) => each.variable === variable).map((each) => each.save);
    const since = written.slice(written.indexOf(save.over[variable]) + 1, written.indexOf(stands.save) + 1);
    return since.length > 0 && since.every((id) => this.told.some((each) => each.save === id && each.tab.phone === phone));
  }

  // Whether it came back, contested or faulty, was not written anew since, and is nowhere for them to look at.
  isForgotten(told) {
    const { phone, handle } = told.tab;
    const person = this.server.people.get(handle);
    const last = this.server.heard.findLast((each) => each.save?.save === told.save)?.answer.became;
    if (!phone.own || phone.failed || person.state !== "open" || !["contested", "faulty"].includes(last)) return false;
    const anew = this.told.slice(told.order + 1).some((each) => each.variable === told.variable && each.tab.phone === phone
      && each.tab.handle === handle);
    const back = phone.tabs.filter((each) => each.handle === handle && each.queue).flatMap((each) => each.queue.back());
    return !anew && !back.some((each) => each.save.save === told.save);
  }

  count() {
    const found = {
      seed: this.seed, answers: 0, kept: 0, lost: [], doubled: [], disordered: [], notTold: [], ownConflicts: [],
      trace: this.trace, untrue: this.untrue.slice(0, 3), heard: this.server.heard, left: [],
      stands: Object.fromEntries([...this.server.people].map(([handle, { history, newest }]) => [handle, { history, newest }])),
    };
    for (const [handle, person] of this.server.people) {
      const texts = person.history.map((each) => each.value).filter((value) => value.startsWith("written"));
      found.doubled.push(...texts.filter((value, place) => texts.indexOf(value) < place));
      const where = new Map();
      for (const [place, { save }] of person.history.entries()) where.set(save, [...(where.get(save) ?? []), place]);
      const last = new Map();
      for (const told of this.told.filter((each) => each.tab.handle === handle)) {
        found.answers += 1;
        found.kept += told.kept;
        const places = where.get(told.save) ?? [];
        if (!this.has(told)) {
          if (told.kept || !told.tab.dead) found.lost.push(told.save);
          continue;
        }
        if (places.length > 1) found.doubled.push(told.save);
        if (!places.length) continue;
        if (places[0] < (last.get(told.tab) ?? -1)) found.disordered.push(told.save);
        last.set(told.tab, places[0]);
      }
    }
    for (const phone of this.phones) {
      for (const tab of phone.tabs) if (tab.queue?.pending().length) found.left.push(`${tab.handle} on ${phone.name}`);
    }
    for (const { phone, save, answer } of this.contested.values()) {
      if (phone.own && !phone.failed && this.isAllOwn(phone, save, answer)) found.ownConflicts.push(save.save);
    }
    for (const told of this.told) if (this.isForgotten(told)) found.notTold.push(told.save);
    return found;
  }
}

export async function walk(seed, broken = "") {
  return new Walk(seed, new Function("queue", broken)).go();
}
