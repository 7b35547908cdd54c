// Numbers exact: each is the shortest text of its figures, such as -12.5.

// Below 0, 0 or above it, as one number is smaller than another, the same or larger.
export function compare(one, other) {
  const [first, second] = [one, other].map((number) => {
    const [whole, decimals = ""] = String(number).split(".");
    return BigInt(whole + decimals.padEnd(30, "0"));
  });
  return first < second ? -1 : Number(first > second);
}

export function decimalsOf(number) {
  return (number.split(".")[1] ?? "").length;
}

// A number so that it can be typed again and read in one way only: three decimals could be thousands, four are decimals.
export function typedNumber(number) {
  return decimalsOf(number) === 3 ? `${number}0` : number;
}

// A number as the pack's language writes it: `{decimal, group, minus, sizes}`, of which the first size is the last group's.
export function writtenNumber(number, { decimal, group, minus, sizes }) {
  const [, sign, whole, decimals] = /^(-?)([0-9]*)(?:\.([0-9]*))?$/.exec(number);
  const groups = [];
  let rest = whole;
  for (let size = sizes[0]; rest.length > size; size = sizes[1]) {
    groups.unshift(rest.slice(-size));
    rest = rest.slice(0, -size);
  }
  return (sign && minus) + [rest, ...groups].join(group) + (decimals ? decimal + decimals : "");
}
