// Leaving an interview for another page: once everything is sent, and not while something more is entered.

const PATIENCE = 2000;

export class Elsewhere {
  // `talk`: the interview; `open(address)`: goes there. An address may be a form, too, that is sent.
  constructor(talk, open) {
    Object.assign(this, { talk, open, address: null });
  }

  go(address) {
    this.talk.flush();
    if (this.isHeld) return this.ask(address);
    this.address = address;
    if (!this.tryNow()) setTimeout(() => { if (this.address === address) this.talk.bar.say(this.talk.pack.words.first); }, PATIENCE);
  }

  // Whoever enters something stays.
  stay() {
    this.address = null;
  }

  tryNow() {
    const { queue } = this.talk;
    if (!this.address || queue.pending().length || queue.writing) return false;
    if (this.isHeld) return this.ask(this.address);
    this.talk.busy = true;
    this.open(this.address);
    return true;
  }

  // Whether something was entered that is in this page alone, and not on its way either.
  get isHeld() {
    return !this.talk.queue.gone && this.talk.unsent.size > 0;
  }

  // Whether closing this page now would lose something. What can be sent is on its way from here on.
  loses() {
    this.talk.flush();
    return this.isHeld || this.talk.queue.loses();
  }

  // What cannot be sent as it stands is shown, and let go of only by whoever says so.
  ask(address) {
    this.address = null;
    const { unsent, bar, pack } = this.talk;
    this.talk.showEntered(unsent.keys);
    bar.ask(pack.words.unsaved, pack.words.without, () => {
      unsent.clear();
      this.go(address);
    });
    return false;
  }
}
