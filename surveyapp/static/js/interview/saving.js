// Saves the cards that changed, one request at a time, and keeps trying while the network is away.

const FIRST_WAIT = 2000;
const LONGEST_WAIT = 30000;

export class Saving {
  // `state` shows the hold and the save in the bar, `alarm` speaks to those who listen; `saved` is called with what the
  // server answered.
  constructor(form, state, alarm, saved) {
    Object.assign(this, { form, state, alarm, saved });
    this.dirty = new Set();
    this.payload = null;
    this.running = null;
    this.stopped = false;
    this.wait = FIRST_WAIT;
    this.hold(state.dataset.holdSeconds);
    addEventListener("online", () => this.retry());
    addEventListener("beforeunload", (event) => { if (this.pending) event.preventDefault(); });
  }

  get pending() { return !this.stopped && (this.dirty.size > 0 || this.payload !== null); }

  // A card has an answer that is not stored yet. Saved after `delay` ms without another change.
  touch(card, delay = 0) {
    if (this.stopped) return;
    this.dirty.add(card.dataset.card);
    clearTimeout(this.timer);
    this.timer = setTimeout(() => this.flush(), delay);
  }

  // Stores everything that is pending; resolves to whether it is stored.
  async flush() {
    clearTimeout(this.timer);
    while (this.pending) {
      this.running ??= this.send().finally(() => { this.running = null; });
      if (!await this.running) return false;
    }
    return !this.stopped;
  }

  retry() {
    clearTimeout(this.timer);
    if (this.pending) this.timer = setTimeout(() => this.flush(), 0);
  }

  async send() {
    // What was sent and not acknowledged goes again under the same id before anything newer.
    this.payload ??= this.collect();
    this.say(this.state.dataset.savingText);
    try {
      const response = await fetch(this.form.action, {
        method: "POST", body: this.payload, redirect: "manual",
        headers: { Accept: "application/json", "X-CSRFToken": this.form.elements.csrf_token.value },
      });
      if (response.type === "opaqueredirect" || response.status === 400) return await this.signInAgain();
      if (response.status === 409) return this.stop((await response.json()).problem);
      if (!response.ok) throw new Error(String(response.status));
      const answer = { ...await response.json(), sent: new Set([...this.payload.keys()].map((name) => name.split(":")[0])) };
      this.payload = null;
      if (this.wait > FIRST_WAIT) this.alarm.textContent = this.state.dataset.backText;
      this.wait = FIRST_WAIT;
      this.saved(answer);
      this.show(answer);
      return true;
    } catch {
      return this.later(this.state.dataset.unsavedText);
    }
  }

  later(sentence) {
    if (this.wait === FIRST_WAIT) this.alarm.textContent = sentence;
    this.say(sentence, true);
    this.timer = setTimeout(() => this.flush(), this.wait);
    this.wait = Math.min(this.wait * 2, LONGEST_WAIT);
    return false;
  }

  // The session ended. Once they sign in again, in another tab, this page needs the new session's token to go on.
  async signInAgain() {
    const fresh = await fetch(location.href, { redirect: "manual" });
    if (fresh.ok) {
      const page = new DOMParser().parseFromString(await fresh.text(), "text/html");
      const token = page.querySelector("input[name=csrf_token]")?.value;
      if (token) this.form.elements.csrf_token.value = token;
    }
    return this.later(this.state.dataset.signedOutText);
  }

  // Says so when the hold lapses: from then on a colleague can open the case.
  hold(seconds) {
    clearTimeout(this.lapse);
    this.lapse = setTimeout(() => {
      this.state.querySelector("[data-hold]").textContent = this.state.dataset.lapsedText;
      this.state.classList.add("waiting");
    }, seconds * 1000);
  }

  // The fields of the changed cards. One that was answered and now is empty counts as skipped: it must not come back.
  collect() {
    const data = new FormData();
    const names = new Set();
    for (const id of this.dirty) {
      const card = this.form.querySelector(`[data-card="${CSS.escape(id)}"]`);
      for (const field of card?.querySelectorAll("[name]") ?? []) names.add(field.name);
    }
    for (const [name, value] of new FormData(this.form)) {
      if (names.has(name) && name !== "shown") data.append(name, value);
    }
    for (const id of this.dirty) {
      for (const item of this.form.querySelectorAll(`[data-card="${CSS.escape(id)}"] [data-item]`)) {
        const own = [...data].filter(([name]) => name === item.dataset.item
          || name.startsWith(`${item.dataset.item}:`) && !name.endsWith(":note"));
        const empty = !own.some(([, value]) => value.trim());
        if (empty && (item.classList.contains("done") || "sent" in item.dataset)) data.append(`${item.dataset.item}:missing`, "skipped");
        else if (!empty) item.dataset.sent = "";
      }
    }
    for (const page of this.form.querySelectorAll("input[name=shown]")) data.append("shown", page.value);
    data.append("save_id", newId());
    data.append("client_at", new Date().toISOString());
    this.dirty.clear();
    return data;
  }

  show(answer) {
    const { holdText, savedText, faultyText } = this.state.dataset;
    this.hold(answer.hold_seconds);
    this.state.querySelector("[data-hold]").textContent = holdText.replace("{time}", answer.hold_until);
    this.say((this.form.querySelector(".faulty") ? faultyText : savedText).replace("{time}", answer.saved_at));
  }

  // Trying again would not help: somebody took the case over, or it was handed in.
  stop(sentence) {
    this.stopped = true;
    this.payload = null;
    this.dirty.clear();
    this.say(`${this.state.dataset.stoppedText}: ${sentence}`, true);
    this.alarm.textContent = sentence;
    return false;
  }

  say(text, waiting = false) {
    this.state.querySelector("[data-saved]").textContent = text;
    this.state.classList.toggle("waiting", waiting);
  }
}

function newId() {
  const bytes = crypto.getRandomValues(new Uint8Array(16));
  bytes[6] = bytes[6] & 0x0f | 0x40;
  bytes[8] = bytes[8] & 0x3f | 0x80;
  const hex = [...bytes].map((byte) => byte.toString(16).padStart(2, "0")).join("");
  return hex.replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, "$1-$2-$3-$4-$5");
}
