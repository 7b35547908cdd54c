// How numbers, days and times are read as they are typed: for `reading.js`, fetched where a questionnaire asks for them.

import { compare, decimalsOf } from "./figures.js";
import { caseless, code } from "./folding.js";
import { readings } from "./typed_figures.js";

// A day in its boxes, as it would be written on one line.
function boxes(part, form, values) {
  const each = part.boxes.map((box) => code((form[`${part.key}:${box}`] ?? []).join("").trim()));
  if (!each.some(Boolean)) return values;
  const [day, month, year] = each;
  return [...values, day && !month && !year ? day : each.join("\n")];
}

function wrong(code, more) {
  return { fault: { code, ...more } };
}

const readers = {
  number: (part, values) => {
    if (values.length > 1) return wrong("more_than_one");
    const meant = readings(withoutUnit(part.units ?? [], values[0]));
    if (!meant.length) return wrong("not_a_number");
    const faults = meant.map((number) => misfit(part, number));
    const fitting = meant.filter((_, place) => !faults[place]);
    if (!fitting.length) return wrong(faults[0]);
    // Where thousands fit and decimals do not, thousands were meant; never the other way.
    if (meant.length > 1 && (fitting.length > 1 || fitting[0] !== meant[0])) return wrong("ambiguous_number", { readings: meant });
    return { number: fitting[0] };
  },

  date: (part, values, words) => {
    if (values.length > 1) return wrong("more_than_one");
    const found = dayOf(values[0], words.months_typed ?? {});
    return found.fault ? found : within(part, "day", found.day);
  },

  time: (part, values) => {
    if (values.length > 1) return wrong("more_than_one");
    const time = timeOf(values[0]);
    return time ? within(part, "time", time) : wrong("not_a_time");
  },
};

function misfit(part, number) {
  const decimals = part.decimals ?? 0;
  if (decimalsOf(number) > decimals) return decimals ? "too_many_decimals" : "not_whole";
  if (part.minimum !== undefined && compare(number, part.minimum) < 0) return "too_small";
  if (part.maximum !== undefined && compare(number, part.maximum) > 0) return "too_large";
  return null;
}

// Days and times as they are stored stand in order as text does.
function within(part, name, value) {
  if (part.earliest && value < part.earliest) return wrong("too_early");
  if (part.latest && value > part.latest) return wrong("too_late");
  return { [name]: value };
}

function withoutUnit(units, written) {
  const folded = caseless(written);
  const withoutStop = folded.replace(/\.+$/, "");
  const known = [...new Set(units.map((unit) => caseless(code(unit))))].sort((one, other) => other.length - one.length);
  for (const unit of known) {
    for (const text of [folded, withoutStop]) {
      const before = text.slice(0, text.length - unit.length);
      if (text.endsWith(unit) && !/\p{L}$/u.test(before)) return before.trim();
    }
    if (folded.startsWith(unit)) return folded.slice(unit.length).trim();
  }
  return folded;
}

const ISO = /^([0-9]{4})[-/.]([0-9]{1,2})[-/.]([0-9]{1,2})$/;
const EDGES = /^[ ,.\u06d4\u0964]+|[ ,.\u06d4\u0964]+$/g;
const BETWEEN = /[\s,/.-]+(?:of\s+)?/;
const ORDINAL = /^([0-9]{1,2})(?:st|nd|rd|th|\.|-?go)?$/;

function dayOf(written, months) {
  if (written.includes("\n")) return dayOfPieces(written.split("\n"), months);
  const bare = written.replace(EDGES, "");
  const iso = ISO.exec(bare);
  const pieces = iso ? [iso[3], iso[2], iso[1]] : bare.split(BETWEEN);
  if (pieces.length === 3 && ORDINAL.test(caseless(pieces[1])) && !/^[0-9]/.test(pieces[0])) {
    // March 7, 2025
    [pieces[0], pieces[1]] = [pieces[1], pieces[0]];
  }
  if (pieces.length === 2) pieces.push("");
  if (pieces.length === 1 && ORDINAL.test(caseless(pieces[0]))) pieces.push("", "");
  return pieces.length === 3 ? dayOfPieces(pieces, months) : wrong("not_a_date");
}

function dayOfPieces(pieces, months) {
  const [day, month, year] = pieces.map((piece) => piece.replace(EDGES, ""));
  const empty = Object.entries({ day, month, year }).filter(([, piece]) => !piece);
  if (empty.length > 1) return wrong("not_a_date");
  if (empty.length) return wrong(`no_${empty[0][0]}`);
  const number = Number(ORDINAL.exec(caseless(day))?.[1] ?? 0);
  if (number < 1 || number > 31) return wrong("not_a_day");
  const which = monthOf(month, months);
  if (!which) return wrong("not_a_month");
  if (!/^[1-9][0-9]{3}$/.test(year)) return wrong("not_a_year");
  if (number > new Date(Date.UTC(Number(year), which, 0)).getUTCDate()) return wrong("not_in_month");
  return { day: [year, two(which), two(number)].join("-") };
}

const POLISH = { ą: "a", ć: "c", ę: "e", ł: "l", ń: "n", ó: "o", ś: "s", ź: "z", ż: "z", ي: "ی", ك: "ک" };

function monthOf(written, months) {
  const word = caseless(code(written)).replace(/[ąćęłńóśźżيك]/g, (each) => POLISH[each]).replace(/[.\u06d4\u0964]+$/, "");
  if (/^[0-9]{1,2}$/.test(word)) return Number(word) <= 12 ? Number(word) : 0;
  if (Object.prototype.hasOwnProperty.call(months, word)) return months[word];
  if ([...word].length < 3) return 0;
  const begun = new Set(Object.keys(months).filter((name) => name.startsWith(word)).map((name) => months[name]));
  return begun.size === 1 ? [...begun][0] : 0;
}

const TIME =
  /^(?:([0-9]{1,2})(?:(?:\s?[:.h]\s?|\s)([0-9]{2})(?::00)?)?|([0-9]{3,4}))(?:\s?([ap])\.?\s?m\.?)?$/;

function timeOf(written) {
  const found = TIME.exec(caseless(written.replace(/[\u06d4\u0964\u066b]/g, ".").replace(/[\u2236\ua789]/g, ":")).replace(/[ .]+$/, ""));
  if (!found) return null;
  const [, alone, after, four, half] = found;
  let hour = Number(four ? four.slice(0, -2) : alone);
  const minute = Number(four ? four.slice(-2) : after ?? 0);
  if (half === "a") hour = hour <= 12 ? hour % 12 : 24;
  if (half === "p") hour = hour >= 1 && hour <= 12 ? (hour % 12) + 12 : hour || 24;
  return hour < 24 && minute < 60 ? `${two(hour)}:${two(minute)}` : null;
}

function two(number) {
  return String(number).padStart(2, "0");
}

// For `learn`.
export const typed = { readers, shape: code, boxes };
