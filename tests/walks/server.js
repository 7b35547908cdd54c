// A model of the server's door for saves, which a test holds equal to the server itself.

// A little questionnaire: what is asked, in order, of whom, and what is no answer.
export const PAGES = [
  { page: "coffee", fits: (value) => ["much", "somewhat", "little", "not"].includes(value) },
  { page: "why", when: (given) => given.coffee === "much", fits: Boolean },
  { page: "worth", fits: (value) => /^([1-9]|10)$/.test(value) },
  { page: "hopes", fits: Boolean },
  { page: "plans", fits: Boolean },
];

const DAY = 86_400_000;

export class Person {
  constructor(handle) {
    this.handle = handle;
    this.revision = 0;
    this.known = new Map();
    this.history = [];
    this.newest = {};
    this.faulty = new Set();
    this.state = "open";
  }

  get given() {
    return Object.fromEntries(Object.entries(this.newest).map(([variable, each]) => [variable, each.value]));
  }

  // Who is asked is known or not: a question whose condition is not decided yet is on no route.
  get route() {
    const given = this.given;
    const pages = PAGES.filter((each) => !each.when || each.when(given));
    const frontier = pages.findIndex((each) => !(each.page in given));
    // Where Continue leads: to the page after, but never beyond the first that is still to be answered.
    const after = (page) => {
      const place = pages.findIndex((each) => each.page === page);
      const next = place < 0 ? frontier : place + 1;
      return pages[next] && frontier >= 0 && next > frontier ? pages[frontier].page : pages[next]?.page ?? "check";
    };
    return { pages, frontier, after };
  }

  slip() {
    return { revision: this.revision, state: this.state, answers: structuredClone(this.newest) };
  }

  // What somebody else gives, `whose`: an interviewer, or this person in another way.
  give(variable, value, save, whose) {
    this.enter(variable, value, save);
    this.newest[variable] = { save, value, whose, revision: this.revision };
  }

  enter(variable, value, save) {
    this.revision += 1;
    this.history.push({ save, variable, value });
    this.known.set(save, { revision: this.revision, said: true });
  }

  save(sent) {
    const { save, page, form, over } = sent;
    const late = this.state !== "open";
    const answer = (became, more = {}) => ({
      save, became, revision: late ? null : this.revision, next: late ? null : this.route.after(page), faults: [], stands: {}, ...more,
    });
    const contested = (stands) => answer("contested", {
      stands: { [page]: { save: stands.save, form: { [page]: [stands.value] }, whose: stands.whose } },
    });
    const stands = this.newest[page];
    const known = this.known.get(save);
    if (known) {
      const still = !late && known.said && stands && stands.revision < known.revision;
      return still ? contested(stands) : answer("known");
    }
    const asked = PAGES.find((each) => each.page === page);
    const value = form[page]?.[0]?.trim() ?? "";
    if (!asked.fits(value)) {
      this.faulty.add(save);
      return answer("faulty", { faults: [{ variable: page }] });
    }
    if (late) {
      this.enter(page, value, save);
      return answer("kept_as_correction");
    }
    if (stands?.value === value) {
      this.known.set(save, { revision: this.revision, said: false });
      return answer("saved");
    }
    if (stands && this.isContested(stands, over[page] ?? null)) {
      this.enter(page, value, save);
      return contested(stands);
    }
    this.give(page, value, save, "self");
    return answer(this.route.pages.some((each) => each.page === page) ? "saved" : "kept_off_route");
  }

  isContested(stands, over) {
    if (stands.save === over) return false;
    const seen = this.known.get(over);
    return !seen || seen.said || stands.revision > seen.revision;
  }
}

// The door: whose session it is, with which token, and then what becomes of the save.
export class Server {
  constructor(handles) {
    this.people = new Map(handles.map((handle) => [handle, new Person(handle)]));
    this.sessions = new Map();
    this.heard = [];
  }

  // A link is opened on a phone.
  open(phone, handle) {
    this.sessions.set(phone.name, { handle, token: `token ${this.heard.length} ${phone.name}` });
  }

  answer(phone, method, address, headers, body) {
    const [, , handle, place] = address.split("/");
    const person = this.people.get(handle);
    const session = this.sessions.get(phone.name);
    if (!session) return { status: 401, body: { why: "ended" } };
    if (session.handle !== handle) return { status: 409, body: { why: "elses" } };
    if (person.state === "withdrawn") return { status: 410, body: { why: "gone" } };
    if (place === "slip") return { status: 200, body: person.slip() };
    if (place === "stand") return { status: 200, body: { revision: person.revision, token: session.token, state: person.state } };
    if (headers["X-CSRFToken"] !== session.token) return { status: 403, body: { why: "token" } };
    const save = JSON.parse(body);
    const answer = person.save(save);
    this.heard.push({ handle, phone: phone.name, save, answer });
    return { status: 200, body: answer };
  }
}

export { DAY };
