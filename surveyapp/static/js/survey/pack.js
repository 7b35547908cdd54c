// A pack comes in two parts, as web/packs/parting.py takes it apart: what the first questions take, and the rest. A page
// whose markup has not come cannot be shown.

import { whole } from "./page.js";

// Where the rest of the pack at an address is.
export const restOf = (address) => `${address}/rest`;

// All of the pack at an address, which `get` fetches as data.
export async function packAt(address, get) {
  const [pack, rest] = await Promise.all([get(address), get(restOf(address))]);
  return filled(pack, rest);
}

// Puts the rest into a pack that has it not yet.
export function filled(pack, { html, faults, words, screens }) {
  if (pack.screens) return pack;
  pack.pages.filter((page) => !page.html).forEach((page, place) => {
    page.html = html[place];
    whole(page);
  });
  pack.faults.push(...faults);
  Object.assign(pack.words, words);
  return Object.assign(pack, { screens });
}
