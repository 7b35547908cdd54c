// Sends what is kept, one save at a time and in order, and tries again for as long as it takes.
//
// No answer, a fault of the server's, a token or a session that ended: tried again. Whatever else the server says settles
// that save, so that none ever stands in the way of the next. Only an answer that names the save counts as one: the page
// with which a station's network greets its guests is none.

const FIRST_WAIT = 1000;
const LONGEST_WAIT = 60_000;
const LINK_WAIT = 300_000;
const LONGEST_ASKED = 300_000;
const NO_ANSWER = 30_000;
const SLOW = 4000;
const ANOTHER_TAB = 2000;
const ANOTHER_TAB_SLEEPS = 90_000;

export class Sending {
  // `address`, `token`, `whose`, `fetch`, `clock`, `random`, `locks`: as for a queue; `first()`: the save to send next;
  // `settle(save, answer)`; `aside(save, status)`: never to be taken;
  // `gone()`: nothing of this person's is wanted any more; `told()`: something about how it goes has changed.
  constructor(given) {
    Object.assign(this, given);
    this.why = null;
    this.trying = false;
    this.running = false;
    this.stopped = false;
    this.fails = 0;
    this.elsewhere = { save: null, since: 0 };
    this.cancel = () => {};
  }

  // Sends what there is, at once. While it is at it, what comes is sent after.
  async now() {
    this.cancel();
    this.asked = true;
    if (this.running) return;
    this.running = true;
    try {
      while (this.asked && !this.stopped) {
        this.asked = false;
        await this.alone(() => this.drain());
      }
    } finally {
      this.running = false;
    }
  }

  stop() {
    this.stopped = true;
    this.cancel();
  }

  // Several tabs of one person share what is kept; one of them sends it. That only saves requests: each would send the
  // first that is kept, and the server drops what it knows. So a tab that holds the lock and sleeps is not waited for.
  async alone(drain) {
    if (!this.locks) return drain();
    let mine = false;
    try {
      await this.locks.request(`shiftline ${this.address}`, { ifAvailable: true }, async (lock) => {
        mine = lock !== null;
        if (mine) await drain();
      });
    } catch (error) {
      if (mine) throw error;
      return drain();
    }
    if (mine) return;
    const save = await this.first();
    if (!save) return;
    if (this.elsewhere.save !== save.save) this.elsewhere = { save: save.save, since: this.clock.now() };
    if (Math.abs(this.clock.now() - this.elsewhere.since) > ANOTHER_TAB_SLEEPS) return drain();
    this.later(ANOTHER_TAB);
  }

  async drain() {
    for (;;) {
      const save = await this.first();
      if (!save || this.stopped) return;
      const next = await this.deliver(save);
      if (this.stopped) return;
      if (next.gone) return this.gone();
      if (next.again) return this.again(next);
      this.fails = 0;
      this.why = null;
      this.trying = false;
      if (next.aside) await this.aside(save, next.aside);
      else await this.settle(save, next.answer);
    }
  }

  again({ why = null, wait = 0 }) {
    // Their link, opened in another tab, says so itself.
    const own = why ? LINK_WAIT : Math.min(FIRST_WAIT * 2 ** this.fails, LONGEST_WAIT) * (0.75 + this.random() / 2);
    this.fails += 1;
    this.why = why;
    this.trying = true;
    this.later(Math.max(own, Math.min(wait, LONGEST_ASKED)));
    this.told();
  }

  // Another tab has taken something, and sends it: looked after, should it not.
  soon() {
    if (!this.running && !this.trying) this.later(ANOTHER_TAB);
  }

  later(milliseconds) {
    this.cancel();
    this.cancel = this.clock.after(milliseconds, () => this.now());
  }

  // What became of one save: `answer`; or to try `again`, `why` and not before `wait` ms; or `aside`; or `gone`.
  async deliver(save) {
    const body = JSON.stringify(save);
    for (let tokens = 0; ; tokens += 1) {
      if (!this.token) {
        const stand = await this.request("stand", {});
        this.sentence = stand.body?.sentence;
        if (typeof stand.body?.token !== "string" || stand.status !== 200) return reason(stand);
        this.token = stand.body.token;
      }
      const headers = { "Content-Type": "application/json", Accept: "application/json", "X-CSRFToken": this.token };
      const said = await this.request("saves", { method: "POST", headers, body });
      if (said.status === 200 && said.body?.save === save.save) {
        this.sentence = said.body.sentence;
        return said.body.became === "discarded" ? { gone: true } : { answer: said.body };
      }
      if (said.status === 403 && said.body?.why === "token") {
        this.token = null;
        if (!tokens) continue;
      }
      this.sentence = said.body?.sentence;
      const never = (said.status === 422 && said.body?.why === "shape") || said.status === 413;
      return never ? { aside: said.status } : reason(said);
    }
  }

  // Status, body (null: no JSON) and how long the server asks to wait. Status 0: no answer.
  async request(place, options) {
    const abort = new AbortController();
    const enough = this.clock.after(NO_ANSWER, () => abort.abort());
    const slow = this.clock.after(SLOW, () => { this.trying = true; this.told(); });
    try {
      const response = await this.fetch(`${this.address}/${place}`, {
        ...options, headers: { ...options.headers, ...named(this.whose) }, signal: abort.signal, redirect: "manual", cache: "no-store", credentials: "same-origin",
      });
      const wait = Number(response.headers.get("Retry-After")) * 1000 || 0;
      return { status: response.status, body: parsed(await response.text()), wait };
    } catch {
      return { status: 0, body: null, wait: 0 };
    } finally {
      enough();
      slow();
    }
  }
}

// Whose answers these are, for a server that knows nothing else of them any more.
export function named(whose) {
  return whose ? { "X-Whose": whose } : {};
}

function reason({ status, body, wait }) {
  if (isGone({ status, body })) return { gone: true };
  const known = (status === 401 && body?.why === "ended") || (status === 409 && body?.why === "elses");
  // What is asked for by now, a PIN or consent, is asked where their link leads.
  const asked = status === 403 && ["door", "consent"].includes(body?.why);
  return { again: true, why: asked ? "ended" : known ? body.why : null, wait };
}

export function isGone({ status, body }) {
  return status === 410 && body?.why === "gone";
}

function parsed(text) {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}
