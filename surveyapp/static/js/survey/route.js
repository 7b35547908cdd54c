// Which pages this person is asked, in order, as domain/instrument/routing.py works it out on the server.

import { holds, same } from "./conditions.js";

const NOT_ASKED = { missing: "not_asked" };

// `pages`: all of the pack's; `given`: the newest answer to each variable, on the route or not; `outside(leaf, known)`: as
// for `holds`, told how variables are found, too. The route ends for certain before `doubt`, the first page of
// which this phone cannot tell whether it is asked.
export function walk(pages, given, outside = () => null) {
  const variables = new Set(pages.flatMap((page) => page.parts.map((part) => part.key)));
  const asked = [];
  const possible = [];
  const answers = {};
  const notAsked = new Set();
  const unclear = new Set();
  let doubt = null;

  const known = (variable) => {
    if (notAsked.has(variable) || !variables.has(variable)) return NOT_ASKED;
    return unclear.has(variable) ? undefined : answers[variable] ?? null;
  };

  for (const page of pages) {
    const on = holds(page.if, known, (leaf) => outside(leaf, known));
    if (on !== false) possible.push(page);
    if (on === true) {
      asked.push(page);
      for (const part of page.parts) {
        if (part.when && !answers[part.when[0]]?.codes?.includes(part.when[1])) {
          if (part.when[0] in answers) notAsked.add(part.key);
        } else if (given[part.key]) answers[part.key] = given[part.key];
      }
    } else {
      if (on === undefined) doubt ??= page;
      for (const part of page.parts) if (on !== null) (on === false ? notAsked : unclear).add(part.key);
    }
  }
  return new Route({ all: pages, pages: asked, possible, answers, notAsked: [...notAsked], doubt, known });
}

// What the slip told of leaves on anything outside this response, given what was then answered. Where a leaf rests on an
// answer of this response too, that holds as long as the route finds the same one.
export function outsideBy(pages, told, given) {
  const then = walk(pages, given, (leaf) => told[leaf.outside]);
  return (leaf, known) => {
    const now = (leaf.with ?? []).map(known);
    if (now.every((answer, place) => same(answer ?? null, then.known(leaf.with[place]) ?? null))) return told[leaf.outside];
    if (now.some((answer) => answer?.missing)) return false;
    return now.includes(null) ? null : undefined;
  };
}

class Route {
  constructor(found) {
    Object.assign(this, found);
    this.places = new Map(this.pages.map((page, place) => [page.id, place]));
    this.frontier = this.pages.find((page) => !this.isAnswered(page)) ?? null;
  }

  isAnswered(page) {
    return page.parts.every((part) => part.when || part.key in this.answers);
  }

  // The page, if it is on the route and not beyond the first one still to answer.
  page(id) {
    const place = this.place(id);
    return place < 0 || (this.frontier && place > this.place(this.frontier.id)) ? null : this.pages[place];
  }

  before(id) {
    return this.pages[this.place(id) - 1] ?? null;
  }

  // Where to go on: the first page to answer, or what is to be read just before it. Null: all is answered.
  get resume() {
    let page = this.frontier;
    while (page && this.before(page.id) && !this.before(page.id).parts.length) page = this.before(page.id);
    return page;
  }

  // The page after this one, but never beyond the first still to answer; null when it is time to check.
  next(id) {
    const place = this.place(id);
    const following = place < 0 ? this.frontier : this.pages[place + 1] ?? null;
    return !following || this.page(following.id) ? following : this.frontier;
  }

  // Whether a page of which this phone cannot tell stands before another one (null: before the end).
  isUnclear(page) {
    if (!this.doubt) return false;
    return !page || this.all.indexOf(this.doubt) < this.all.indexOf(page);
  }

  // The sections of which something is or may still be asked, in order, and how far each is: `answered` of its `pages`.
  get sections() {
    const found = new Map();
    for (const page of this.possible) {
      if (!page.parts.length) continue;
      const own = found.get(page.section) ?? { section: page.section, answered: 0, pages: 0 };
      own.pages += 1;
      own.answered += this.place(page.id) >= 0 && this.isAnswered(page) ? 1 : 0;
      found.set(page.section, own);
    }
    return [...found.values()];
  }

  place(id) {
    return this.places.get(id) ?? -1;
  }
}
