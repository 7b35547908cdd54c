// Numbers as people type them, as in domain/instrument/kinds/numeric.py.

const SIGNS = { "\u060c": ",", "\u06d4": ".", "\u0964": ".", "\u2018": "'", "\u2019": "'", "\u02bc": "'", "\u00b4": "'", "`": "'" };
const DECIMAL = "\u066b";
const GROUP = "\u066c";
const TYPED = new RegExp(`^([+-]?) ?([0-9.,' ${DECIMAL}${GROUP}]{1,60})$`);
const GROUPED = /^(?:[0-9]{1,3}(?:_[0-9]{3})+|[0-9]{1,2}(?:_[0-9]{2})+_[0-9]{3})$/;
const PLAIN = /^[0-9]{1,15}(?:\.[0-9]{1,10})?$/;

// What may be meant by what was typed: nothing, one number or, where a comma or full stop before three digits leaves it
// open, two: with thousands first.
export function readings(written) {
  const typed = TYPED.exec(written.replace(/[\u060c\u06d4\u0964\u2018\u2019\u02bc\u00b4`]/g, (sign) => SIGNS[sign]));
  if (!typed) return [];
  const sign = typed[1] === "-" ? "-" : "";
  return [...new Set(ways(typed[2]).filter((each) => PLAIN.test(each)).map((each) => shortest(sign + each)))];
}

function ways(typed) {
  const body = ungrouped(typed, GROUP, "'", " ");
  if (body.includes(DECIMAL)) {
    const [whole, decimals] = cut(body, body.indexOf(DECIMAL));
    return [withDecimals(ungrouped(whole, ".", ","), decimals.replace(/\.+$/, ""))];
  }
  const marks = [...body].filter((each) => each === "." || each === ",");
  const last = marks[marks.length - 1];
  const kinds = new Set(marks).size;
  const ended = body.replace(/\.$/, "");
  // 38,5. is the end of a sentence; in 24,000. nothing but thousands can be meant.
  if (marks.length > 1 && ended !== body && (kinds === 1 || ungrouped(ended, marks[0]) === ended)) return ways(ended);
  if (kinds === 2) {
    const [whole, decimals] = cut(body, body.lastIndexOf(last));
    return [withDecimals(ungrouped(whole, marks[0]), decimals)];
  }
  if (marks.length > 1) return [ungrouped(body, last)];
  if (!marks.length) return [body];
  const [whole, decimals] = cut(body, body.indexOf(last));
  const thousands = decimals.length === 3 && /^[1-9][0-9]{0,2}$/.test(whole) ? [whole + decimals] : [];
  return [...thousands, withDecimals(whole, decimals)];
}

function cut(text, at) {
  return [text.slice(0, at), text.slice(at + 1)];
}

function ungrouped(body, ...marks) {
  for (const mark of marks) {
    if (!body.includes(mark)) continue;
    const figures = body.split(mark).join("_");
    const [whole] = /^[0-9_]*/.exec(figures);
    if (GROUPED.test(whole)) return whole.split("_").join("") + figures.slice(whole.length);
  }
  return body;
}

function withDecimals(whole, decimals) {
  return decimals ? `${whole || "0"}.${decimals}` : whole;
}

function shortest(number) {
  const [, sign, whole, decimals] = /^(-?)0*([0-9]*)(?:\.([0-9]*?)0*)?$/.exec(number);
  const figures = (whole || "0") + (decimals ? `.${decimals}` : "");
  return figures === "0" ? figures : sign + figures;
}
