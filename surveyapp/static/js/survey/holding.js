// The bar over an open case: until when it is theirs, whether what was entered is saved, and what is to be known at once.

// Seconds before a hold lapses at which that is said.
const BEFORE = 120;

export class Bar {
  // `state`: the line of the bar; `spoken`: is read out.
  constructor(state, spoken) {
    Object.assign(this, { state, spoken, at: null, stand: null, noLonger: null });
  }

  // As a save was answered: seconds in place of a time, as browsers' clocks are off. Says so when the hold lapses, and two
  // minutes before: from then on a colleague can open the case.
  hold({ at, until, seconds }) {
    this.letGo();
    if (this.noLonger) document.querySelector(".note.told-now")?.remove();
    this.noLonger = null;
    const { holdText, endingText, lapsedText } = this.state.dataset;
    const said = this.state.querySelector("[data-hold]");
    this.at = at;
    if (until) said.textContent = holdText.replace("{time}", until);
    const say = (text) => {
      said.textContent = text;
      this.state.classList.add("waiting");
      this.speak(text);
    };
    if (seconds > BEFORE) this.lapses = setTimeout(() => say(endingText), (seconds - BEFORE) * 1000);
    this.lapse = setTimeout(() => say(lapsedText), seconds * 1000);
  }

  letGo() {
    clearTimeout(this.lapse);
    clearTimeout(this.lapses);
  }

  // Nothing that is entered counts any more, and the case is nobody's to call. `text`: why, and what to do.
  over(text) {
    if (this.noLonger === text) return;
    this.letGo();
    this.noLonger = text;
    this.state.querySelector("[data-hold]").textContent = this.state.dataset.overText;
    this.waited = "aside";
    this.alarm(text);
  }

  tell(stand, sentence) {
    if (this.noLonger && ["saved", "back"].includes(stand)) stand = "aside";
    const { dataset } = this.state;
    const text = {
      saving: dataset.savingText, saved: dataset.savedText, back: dataset.faultyText, aside: dataset.asideText,
      ended: sentence ?? dataset.signedOutText, elses: sentence ?? dataset.unsavedText, gone: this.noLonger ?? dataset.goneText,
    }[stand] ?? dataset.unsavedText;
    const waiting = !["saving", "saved", "back"].includes(stand);
    const before = this.stand;
    if (stand === "saved" && before === null) return;
    this.stand = stand;
    this.state.querySelector("[data-saved]").textContent = text.replace("{time}", this.at);
    this.state.classList.toggle("waiting", waiting);
    if (waiting && this.waited !== stand) this.spoken.textContent = text;
    if (!waiting && this.waited && stand === "saved") this.spoken.textContent = dataset.backText;
    if (waiting || stand === "saved") this.waited = waiting ? stand : null;
  }

  // Read out, of what is in sight already.
  speak(text) {
    this.spoken.textContent = text;
  }

  // In sight and read out until something else is entered.
  say(text) {
    this.alarm(text);
    this.passing = true;
  }

  // The same, with a button for what is not done without being asked.
  ask(text, label, act) {
    this.say(text);
    const button = Object.assign(document.createElement("button"), { type: "button", className: "secondary", textContent: label, onclick: act });
    document.querySelector(".note.told-now").append(" ", button);
  }

  pass() {
    if (this.passing) document.querySelector(".note.told-now")?.remove();
    this.passing = false;
  }

  // In sight and read out, until the next page.
  alarm(text) {
    this.passing = false;
    this.speak(text);
    const work = document.getElementById("work");
    const note = work.querySelector(".note.told-now") ?? Object.assign(document.createElement("p"), { className: "note told-now" });
    note.textContent = text;
    work.prepend(note);
  }
}
