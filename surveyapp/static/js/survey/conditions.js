// Whether a condition of the pack holds: true; false; null while an answer it rests on is not there yet; undefined where
// this phone cannot tell. The same tables are passed by the server (domain/instrument/conditions.py).

import { compare } from "./figures.js";

const COMPARISONS = {
  at_least: (order) => order >= 0,
  at_most: (order) => order <= 0,
  more_than: (order) => order > 0,
  less_than: (order) => order < 0,
};

// `known(variable)` finds an answer as `reading.js` makes them, null or undefined. `outside(leaf)`: what was told of a leaf
// on anything outside this response.
export function holds(condition, known, outside) {
  if (!condition) return true;
  if ("outside" in condition) return outside(condition);
  if ("all" in condition) return both(condition.all.map((each) => holds(each, known, outside)));
  if ("any" in condition) return not(both(condition.any.map((each) => not(holds(each, known, outside)))));
  if ("not" in condition) return not(holds(condition.not, known, outside));
  if ("changed" in condition) return changed(...condition.changed.map(known));
  const operator = Object.keys(COMPARISONS).find((each) => each in condition);
  const answer = known(condition[operator ?? ("is" in condition ? "is" : "answered")]);
  if (answer === null || answer === undefined) return answer;
  if (operator) return "number" in answer && COMPARISONS[operator](compare(answer.number, condition.number));
  if ("is" in condition) return (answer.codes ?? []).some((code) => condition.options.includes(code));
  return !("missing" in answer);
}

function changed(before, after) {
  if (before?.missing || after?.missing) return false;
  if (before === undefined || after === undefined) return undefined;
  if (before === null || after === null) return null;
  return !same(said(before), said(after));
}

// Of several options which they are, in whichever order a question lists them.
function said({ codes, ...rest }) {
  return codes ? [...codes].sort() : rest;
}

// Answers are small and always made in the same way.
export function same(one, other) {
  return JSON.stringify(one) === JSON.stringify(other);
}

function not(value) {
  return typeof value === "boolean" ? !value : value;
}

function both(values) {
  for (const worse of [false, undefined, null]) if (values.includes(worse)) return worse;
  return true;
}
