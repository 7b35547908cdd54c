// Nothing that was answered is lost: each save is kept on the phone, sent in order, and let go of once the server has
// answered for it.

import { phoneClock } from "./clock.js";
import { browserStorage, emptyRecord, enter, leaveOut, newId } from "./kept.js";
import { Sending } from "./sending.js";

// Opens the queue of a handle, with what is still kept of it. `own`: whether the device is theirs; unless it is true,
// nothing new is written to it. `address`: of their pages, without a slash at the end; `token`: of the page, where it has
// one; `whose`: as in the slip. The rest are this browser's own, unless a test hands in others.
export async function openQueue({
  handle, own, address, token = null, whose = null, fetch = globalThis.fetch.bind(globalThis), clock = phoneClock,
  storage = browserStorage(clock), locks = globalThis.navigator?.locks, channel = tabs(handle), random = Math.random,
  wakes = whenWoken,
}) {
  const queue = new Queue({ handle, own, storage, channel, clock, named: { address, whose } });
  queue.sending = new Sending({
    address, token, whose, fetch, clock, random, locks,
    first: () => queue.first(), settle: (save, answer) => queue.settle(save, answer),
    aside: (save, status) => queue.settle(save, { save: save.save, became: "refused", status }),
    gone: () => queue.clear(), told: () => queue.tell(),
  });
  await queue.look();
  wakes(queue);
  channel?.postMessage({ opened: true });
  queue.tryNow();
  return queue;
}

class Queue {
  constructor(given) {
    Object.assign(this, given);
    const { handle, channel } = given;
    // As it was last seen on the phone, and what the phone could not keep, or may not, which comes after.
    this.device = emptyRecord(handle);
    this.memory = emptyRecord(handle);
    // What the server has answered for, and of that what it did not take, while the phone's record still says otherwise.
    this.answered = new Set();
    this.left = [];
    this.writing = 0;
    this.gone = false;
    this.listeners = [];
    this.hearers = [];
    this.shown = "";
    this.turn = Promise.resolve();
    if (channel) channel.onmessage = ({ data }) => this.hear(data);
  }

  // Takes a save: `{page, questionnaire, version, wording, language, form, over}`. Resolves to it, with its id for ever,
  // once it is kept as well as this device can.
  async put(given) {
    const save = { save: newId(), at: new Date(this.clock.now()).toISOString(), ...JSON.parse(JSON.stringify(given)) };
    save.over ??= {};
    if (this.gone) return save;
    this.writing += 1;
    enter(this.memory, save);
    delete this.device.back[save.page];
    this.tell();
    await this.keep();
    this.writing -= 1;
    this.tell();
    this.channel?.postMessage({ put: true });
    this.tryNow();
    return save;
  }

  // What no server has answered for yet, in order.
  pending() {
    const kept = this.device.saves;
    const ids = new Set(kept.map((each) => each.save));
    const all = [...kept, ...this.memory.saves.filter((each) => !ids.has(each.save))];
    return all.filter((each) => !this.answered.has(each.save));
  }

  // What came back and is to be looked at, `{save, answer}`: somebody else's answer stands, something is wrong with it.
  back() {
    return Object.values({ ...this.device.back, ...this.memory.back });
  }

  // It was looked at.
  async letGo(page) {
    delete this.memory.back[page];
    delete this.device.back[page];
    await this.inTurn(() => this.own && this.change((record) => { delete record.back[page]; }));
    this.tell();
  }

  // Where the answers are: `saved`; `saving`: on their way, nothing is claimed; `waiting`: kept on this phone, tried again;
  // `cannot_keep`: some are in this page alone; `ended`, `elses`: kept, and their link is to be opened again; `ended_here`:
  // it is to be opened again, and some are in this page alone; `back`: all but what came back is saved; `gone`: nothing of
  // theirs is wanted any more.
  stand() {
    if (this.gone) return "gone";
    if (this.writing) return "saving";
    if (!this.pending().length) return this.back().some(({ answer }) => isNotTaken(answer)) ? "back" : "saved";
    if (this.loses() && this.sending.why) return "ended_here";
    if (this.loses()) return this.sending.trying ? "cannot_keep" : "saving";
    return this.sending.why ?? (this.sending.trying ? "waiting" : "saving");
  }

  // Whether closing this page now would lose an answer.
  loses() {
    return !this.gone && this.memory.saves.some((each) => !this.answered.has(each.save));
  }

  // Calls `hearer(stand)` when where the answers are, or how many are not saved, has changed.
  onChange(hearer) {
    this.listeners.push(hearer);
  }

  // Calls `hearer(save, answer)` for what the server answers, also to another tab of this handle.
  onAnswer(hearer) {
    this.hearers.push(hearer);
  }

  // Whether the server answers at all: what it says is another matter.
  async isThere() {
    const { status } = await this.sending.request("stand", {});
    return status > 0 && status < 500;
  }

  tryNow() {
    return this.sending.now();
  }

  // Lets go of everything of this handle, sent or not, here and in its other tabs.
  async clear() {
    if (!this.gone) this.channel?.postMessage({ gone: true });
    await this.end();
  }

  async end() {
    this.gone = true;
    this.sending.stop();
    this.device = emptyRecord(this.handle);
    this.memory = emptyRecord(this.handle);
    await this.inTurn(() => this.storage.forget(this.handle)).catch(() => {});
    this.tell();
  }

  // ---

  async first() {
    await this.keep();
    await this.look();
    return this.pending()[0];
  }

  // Brings what is in memory to the phone, where that may be: all of it, in order, or none.
  keep() {
    return this.inTurn(async () => {
      const saves = [...this.memory.saves];
      if (!this.own || this.gone || !(saves.length || this.answered.size)) return;
      const back = { ...this.memory.back };
      const done = new Set(this.answered);
      const left = [...this.left];
      const kept = await this.change((record) => {
        for (const save of saves) if (!done.has(save.save)) enter(record, save);
        for (const [page, each] of Object.entries(back)) {
          // Another tab that was answered for it as well has seen to it already, and perhaps to one that came after.
          if (!each.kept || record.saves.some(({ save }) => save === each.save.save)) record.back[page] = each;
        }
        record.saves = record.saves.filter((each) => !done.has(each.save));
        for (const save of left) leaveOut(record, save);
      });
      if (!kept) return;
      this.memory.saves = this.memory.saves.filter((each) => !saves.includes(each));
      for (const page of Object.keys(back)) if (this.memory.back[page] === back[page]) delete this.memory.back[page];
      for (const id of done) this.answered.delete(id);
      this.left = this.left.filter((each) => !left.includes(each));
      this.tell();
    });
  }

  // What is kept, as other tabs have left it. Where the storage fails, what was seen last still goes.
  look() {
    return this.inTurn(async () => {
      try {
        this.note(await this.storage.read(this.handle));
      } catch {
        // Said where something is to be kept.
      }
    });
  }

  async change(change) {
    try {
      this.note(await this.storage.change(this.handle, (record) => change(Object.assign(record, this.named))));
      return true;
    } catch {
      return false;
    }
  }

  note(record) {
    if (this.gone) return;
    // Another record: somebody emptied the browser's storage meanwhile. What this page knows of is kept anew.
    if (record.made !== this.device.made) {
      const ids = new Set([...record.saves, ...this.memory.saves].map((each) => each.save));
      this.memory.saves.unshift(...this.device.saves.filter((each) => !ids.has(each.save)));
    }
    this.device = record;
    for (const [variable, after] of Object.entries(record.after)) {
      this.memory.after[variable] = { ...after, ...this.memory.after[variable] };
    }
    Object.assign(this.memory.void, record.void);
  }

  async settle(save, answer) {
    this.answered.add(save.save);
    const again = this.pending().some((each) => each.page === save.page);
    if (!again && (isNotTaken(answer) || Object.keys(answer.stands ?? {}).length)) {
      this.memory.back[save.page] = { save, answer, kept: !this.memory.saves.some((each) => each.save === save.save) };
    }
    // What stood then is not what will stand once what was written after it has arrived.
    if (again && answer.stands) answer = { ...answer, stands: {} };
    this.memory.saves = this.memory.saves.filter((each) => each.save !== save.save);
    if (isNotTaken(answer)) {
      leaveOut(this.memory, save);
      this.left.push(save);
    }
    // Where the phone does not let it go now, it will later, or the server drops it as known.
    if (this.own) await this.keep();
    else if (this.device.saves.some((each) => each.save === save.save)) {
      await this.inTurn(() => this.change((record) => {
        record.saves = record.saves.filter((each) => each.save !== save.save);
      }));
    }
    for (const hearer of this.hearers) hearer(save, answer);
    this.channel?.postMessage({ save, answer });
    this.tell();
  }

  async hear(data) {
    if (data.gone) return void (await this.end());
    await this.look();
    if (data.answer) for (const hearer of this.hearers) hearer(data.save, data.answer);
    this.tell();
    if (!this.pending().length) return;
    if (data.opened) this.tryNow();
    else this.sending.soon();
  }

  // One thing after another: what is written is never older than what was read.
  inTurn(act) {
    const done = this.turn.then(act);
    this.turn = done.catch(() => {});
    return done;
  }

  tell() {
    const stand = this.stand();
    const shown = `${stand} ${this.pending().length}`;
    if (shown === this.shown) return;
    this.shown = shown;
    for (const listener of this.listeners) listener(stand);
  }
}

function isNotTaken(answer) {
  return answer.became === "faulty" || answer.became === "refused";
}

function tabs(handle) {
  return globalThis.BroadcastChannel ? new BroadcastChannel(`shiftline ${handle}`) : null;
}

// A signal that is back, or a page that is looked at again, is tried at once. Whoever is about to close a page that alone
// holds an answer is asked first; only then, for a page with such a question is not kept behind the back button.
function whenWoken(queue) {
  const awake = () => document.visibilityState === "visible" && queue.pending().length && queue.tryNow();
  addEventListener("online", awake);
  addEventListener("pageshow", awake);
  document.addEventListener("visibilitychange", awake);
  const ask = (event) => { if (queue.loses()) event.preventDefault(); };
  const watch = () => (queue.loses() ? addEventListener : removeEventListener)("beforeunload", ask);
  queue.onChange(watch);
  watch();
}
