// A world in which time is an order of events: a network that drops, delays, doubles and reorders, storages that fill up,
// phones whose tabs die at any moment. Everything in it follows from a seed.

const MOST_EVENTS = 200_000;
const BEGINNING = Date.UTC(2026, 10, 26, 8);

export class World {
  constructor(seed) {
    let state = seed * 2654435761 >>> 0;
    // mulberry32
    this.random = () => {
      state = state + 0x6d2b79f5 >>> 0;
      let mixed = Math.imul(state ^ state >>> 15, 1 | state);
      mixed = mixed + Math.imul(mixed ^ mixed >>> 7, 61 | mixed) ^ mixed;
      return ((mixed ^ mixed >>> 14) >>> 0) / 4294967296;
    };
    this.now = 0;
    this.events = [];
    this.passed = 0;
    this.number = 0;
    this.network = { up: true, drop: 0, forget: 0, double: 0, slow: 200, portal: 0, fault: 0 };
  }

  chance(share) { return this.random() < share; }
  between(least, most) { return least + this.random() * (most - least); }
  of(list) { return list[Math.floor(this.random() * list.length)]; }

  // Lets `act` happen later, unless its `tab` is dead by then. Returns what calls it off.
  after(milliseconds, act, tab = null) {
    const event = { at: this.now + Math.max(0, milliseconds), number: this.number += 1, act, tab };
    this.events.push(event);
    return () => { event.off = true; };
  }

  // The time by a phone, which may be wrong.
  clock(phone, tab) {
    return {
      now: () => BEGINNING + this.now + phone.off,
      after: (milliseconds, act) => this.after(milliseconds, act, tab),
    };
  }

  get moment() { return new Date(BEGINNING + this.now); }

  // Lets time pass, one event after another; `each` looks at the world after each of them.
  async pass(milliseconds, each = () => {}) {
    const end = this.now + milliseconds;
    for (;;) {
      let next = null;
      for (const event of this.events) {
        if (!next || event.at < next.at || (event.at === next.at && event.number < next.number)) next = event;
      }
      if (!next || next.at > end) break;
      this.events.splice(this.events.indexOf(next), 1);
      if (next.off || next.tab?.dead) continue;
      this.now = next.at;
      this.passed += 1;
      if (this.passed > MOST_EVENTS) throw new Error("This walk never ends.");
      next.act();
      await settled();
      each();
    }
    this.now = end;
  }

  // `fetch` of a tab on a phone, over the network as it is, to `answer(method, place, headers, body)`.
  fetch(phone, tab, answer) {
    return (address, { method = "GET", headers = {}, body, signal }) => new Promise((done, fail) => {
      const { up, drop, forget, double, slow, portal, fault } = this.network;
      const reply = (status, text, more = {}) => done({
        status, ok: status === 200, headers: new Headers(more), text: () => Promise.resolve(text),
      });
      const broken = () => (this.chance(0.5) ? this.after(this.between(0, 3000), () => fail(new TypeError("Failed")), tab) : null);
      signal.addEventListener("abort", () => fail(new DOMException("Aborted", "AbortError")));
      if (!up || this.chance(drop)) return broken();
      if (this.chance(portal)) return this.after(50, () => reply(200, "<h1>Welcome to our network</h1>"), tab);
      if (this.chance(fault)) {
        const [status, more] = this.of([[500, {}], [502, {}], [503, {}], [429, { "Retry-After": "7" }], [404, {}]]);
        return this.after(50, () => reply(status, "<h1>Sorry</h1>", more), tab);
      }
      const arrive = (late, heard) => this.after(this.between(5, slow) + late, () => {
        const said = answer(phone, method, address, headers, body);
        if (!heard) return;
        // The server went away before or after it was at it, or the way back was cut.
        if (!said || this.chance(forget)) return broken();
        this.after(this.between(5, slow), () => reply(said.status, JSON.stringify(said.body)), tab);
      });
      arrive(0, true);
      // A copy of it comes again, at any time.
      if (this.chance(double)) arrive(this.between(0, this.of([100, 60_000, 86_400_000])), false);
    });
  }
}

// A phone: what it keeps, its clock, whose session it has, and its tabs.
export class Phone {
  constructor(world, name, { own, locks, channel }) {
    Object.assign(this, { world, name, own });
    this.off = 0;
    this.records = new Map();
    this.mode = "well";
    this.tabs = [];
    this.held = locks ? new Map() : null;
    this.speaks = channel;
  }

  // What the storage of a tab does: all of a change or nothing. `full`: it takes nothing more; `forbidden`: it takes and
  // gives nothing. Now and then it has taken what it says it has not.
  storage(tab) {
    const world = this.world;
    const done = (act) => new Promise((give, fail) => {
      const writes = { at: false };
      const apply = () => {
        if (writes.at) return;
        writes.at = true;
        tab.writing.delete(apply);
        try {
          const result = act();
          if (world.chance(0.01)) throw new Error("Perhaps.");
          world.after(world.between(0, 3), () => give(result), tab);
        } catch (error) {
          world.after(world.between(0, 3), () => fail(error), tab);
        }
      };
      tab.writing.add(apply);
      world.after(world.between(0, 20), apply, tab);
    });
    const copy = (handle) => structuredClone(this.records.get(handle) ?? tab.empty(handle));
    return {
      read: (handle) => done(() => {
        if (this.mode === "forbidden") throw new Error("SecurityError");
        return copy(handle);
      }),
      change: (handle, change) => done(() => {
        if (this.mode !== "well") throw new Error("QuotaExceededError");
        const record = copy(handle);
        change(record);
        this.records.set(handle, structuredClone(record));
        return record;
      }),
      forget: (handle) => done(() => {
        if (this.mode === "forbidden") throw new Error("SecurityError");
        this.records.delete(handle);
      }),
    };
  }

  locks(tab) {
    if (!this.held) return null;
    return {
      request: async (name, _options, act) => {
        const holder = this.held.get(name);
        if (holder && !holder.dead) return act(null);
        this.held.set(name, tab);
        try {
          return await act({ name });
        } finally {
          this.held.delete(name);
        }
      },
    };
  }

  channel(tab, handle) {
    if (!this.speaks) return null;
    return tab.channel = {
      postMessage: (data) => {
        for (const other of this.tabs) {
          if (other === tab || other.handle !== handle || other.dead) continue;
          this.world.after(this.world.between(0, 5), () => other.channel?.onmessage?.({ data: structuredClone(data) }), other);
        }
      },
    };
  }

  // A tab dies: nothing of it happens any more, and what was on its way to the disk is there or not.
  kill(tab) {
    for (const apply of [...tab.writing]) if (this.world.chance(0.5)) apply();
    tab.dead = true;
    tab.walk?.note(tab.name, "dies");
    this.tabs = this.tabs.filter((each) => each !== tab);
  }
}

const pings = new MessageChannel();
let settle = () => {};
pings.port1.onmessage = () => settle();

// Once everything that follows at once has followed.
function settled() {
  return new Promise((done) => {
    settle = done;
    pings.port2.postMessage(null);
  });
}
