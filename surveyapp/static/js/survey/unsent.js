// What an interviewer entered that has not gone to the queue: for a moment, while they type, and for as long as something is
// wrong with it.

const TYPING_PAUSE = 900;
const LONGEST_TYPED = 4000;

export class Unsent {
  // `send()`: is called once somebody pauses, and every few seconds while they do not.
  constructor(send) {
    this.send = send;
    this.entries = new Map();
    this.since = null;
  }

  get size() { return this.entries.size; }

  // Of the items that have something: their keys.
  get keys() { return [...this.entries.keys()]; }

  // What was entered of an item, `{page, form}`.
  of(key) { return this.entries.get(key); }

  keep(key, entry) { this.entries.set(key, entry); }

  drop(key) { this.entries.delete(key); }

  clear() { this.entries.clear(); }

  // More is to come, and not all of it is waited for.
  soon() {
    clearTimeout(this.timer);
    this.since ??= performance.now();
    this.timer = setTimeout(this.send, Math.min(TYPING_PAUSE, Math.max(0, this.since + LONGEST_TYPED - performance.now())));
  }

  // Hands over, by page, the forms of all that `may(key)` go.
  take(may) {
    clearTimeout(this.timer);
    this.since = null;
    const forms = new Map();
    for (const [key, { page, form }] of [...this.entries]) {
      if (!may(key)) continue;
      this.entries.delete(key);
      if (Object.keys(form).length) forms.set(page, { ...forms.get(page), ...form });
    }
    return forms;
  }
}
