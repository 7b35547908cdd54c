// Asks axe-core for what is wrong with a page. Of text that stands in the same structure, with the same classes, colours,
// sizes and weights from the root down, it measures the contrast of the first and the last: to measure every cell of a
// column is most of what it would take.

window.accessible = (() => {
  const TAGS = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"];
  const COLOURS = ["color-contrast", "link-in-text-block"];
  const { Color, flattenColors, getContrast } = axe.commons.color;
  axe.configure({ noHtml: true, rules: [{ id: "color-contrast", selector: "[data-measured]" }] });

  // How many letters an element has of its own: axe does not judge of one that stands alone.
  const letters = (each) => (each.matches("input, select, textarea") ? 2 : [...each.childNodes]
    .filter((node) => node.nodeType === Node.TEXT_NODE).reduce((sum, node) => sum + node.data.trim().length, 0));

  // The first and the last element of every kind that has words of its own.
  function ofEachKind() {
    const numbers = new Map();
    const found = new Map();
    const look = (each, above) => {
      const style = getComputedStyle(each);
      const kind = [above, each.localName, each.getAttribute("class"), each.getAttribute("style"), style.color,
        style.opacity, style.backgroundColor, style.backgroundImage, style.fontSize, style.fontWeight, style.textShadow,
        style.filter, style.textDecorationLine, style.position, style.display, style.visibility].join("|");
      if (!numbers.has(kind)) numbers.set(kind, numbers.size);
      const number = numbers.get(kind);
      if (letters(each) > 1 && each.checkVisibility({ visibilityProperty: true })) {
        found.set(number, [found.get(number)?.[0] ?? each, each]);
      }
      for (const child of each.children) look(child, number);
    };
    look(document.body, "");
    return [...new Set([...found.values()].flat())];
  }

  // What a page is made of is written out only where something is wrong.
  async function violations(context, runOnly) {
    const found = await axe.run(context, { runOnly, resultTypes: ["violations"], elementRef: true, iframes: false });
    const place = ({ element, target }) => (element ? element.outerHTML.slice(0, 400) : target.join(" "));
    return found.violations.map(({ id, help, nodes }) => `${id}: ${help}: ${nodes.map(place).join(", ")}`);
  }

  async function measured(elements, ask) {
    for (const each of elements) each.setAttribute("data-measured", "");
    const problems = await ask();
    for (const each of elements) each.removeAttribute("data-measured");
    return [problems, matchMedia("(prefers-color-scheme: dark)").matches];
  }

  // Whether axe can have nothing against the colours of some words: they are seen well enough on what they stand in, or
  // are not seen at all, or stand on a picture or a gradient, of which axe does not judge.
  function isPlainlySeen(each) {
    const { bottom, right } = each.getBoundingClientRect();
    if (each.closest("svg") || bottom <= 0 || right <= 0) return true;
    const layers = [];
    for (let under = each; under; under = under.parentElement) {
      const style = getComputedStyle(under);
      if (style.backgroundImage !== "none" || style.clip !== "auto" || style.clipPath !== "none") return true;
      if (style.opacity !== "1" || style.filter !== "none" || style.textShadow !== "none") return false;
      layers.push(new Color().parseString(style.backgroundColor));
      if (layers.at(-1).alpha === 1) break;
      // What is under it is none of what it stands in.
      if (["absolute", "fixed", "sticky"].includes(style.position)) return false;
    }
    const ground = layers.reverse().reduce((under, over) => flattenColors(over, under), new Color(255, 255, 255, 1));
    return getContrast(ground, flattenColors(new Color().parseString(getComputedStyle(each).color), ground)) >= 4.5;
  }

  // A link among other words that is not underlined.
  function isMarkedByColourAlone(each) {
    const link = each.closest("a[href]");
    if (link === null) return false;
    const { display, textDecorationLine } = getComputedStyle(link);
    return display === "inline" && textDecorationLine === "none";
  }

  return {
    everything: () => measured(ofEachKind(), () => violations(document, { type: "tag", values: TAGS })),
    // Of what differs between light and dark.
    colours: () => {
      const unsure = ofEachKind().filter((each) => !isPlainlySeen(each) || isMarkedByColourAlone(each));
      if (!unsure.length) return [[], matchMedia("(prefers-color-scheme: dark)").matches];
      return measured(unsure, () => violations({ include: unsure }, { type: "rule", values: COLOURS }));
    },
  };
})();
