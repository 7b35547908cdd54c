/**
 * Draws the charts of a page with Plotly, under a Content-Security-Policy without unsafe-inline or unsafe-eval.
 * The decision record "Plotly under a strict Content-Security-Policy" gives the reasons; this is the contract.
 *
 *   <link rel="stylesheet" id="plotly.js-style-global" class="no-inline-styles" href="…/plotly-<version>.css">
 *   <script defer src="…/plotly-<version>-basic.min.js"></script>
 *   <script type="module" src="…/chart.js"></script>
 *
 *   <figure data-chart data-filename="…" data-title="…" data-caption="…" data-edition="…which figures these are…"
 *       data-taken="…where it is noted that a picture is taken; optional…" data-what="…of what…">
 *     <div data-chart-fallback>…an inline SVG or a table: what is seen without JavaScript…</div>
 *     <div data-chart-target aria-hidden="true" hidden></div>
 *     <script type="application/json">{"data": […], "layout": {…}}</script>
 *     <script type="application/json" data-narrow="640">…the same for a figure that is less wide, px; optional…</script>
 *     <button type="button" data-download="png" hidden>…</button>
 *   </figure>
 *
 * Colours in a figure are names of custom properties, "var(--likert-1)" or "--likert-1", resolved when it is drawn.
 * An element with data-palette="light" must have the light values of them whatever the page's scheme: paper and
 * downloads are drawn with those.
 * Texts in a figure are Plotly's: "&", "<" and ">" escaped, and no tag but <br>, because Plotly makes style attributes
 * of the others and the policy refuses those. Weight and slope are font.weight and font.style.
 * Margins are given, not automatic; a height always; no width.
 */

import { noted } from "./taken.js";

const NARROW_BELOW = 640; // CSS px of the figure's own width, unless its data-narrow says otherwise
const DEFAULT_HEIGHT = 320; // CSS px
const PRINT_WIDTH = 660; // CSS px: what an A4 or Letter page leaves inside its margins and a card's padding
const CONFIG = { displayModeBar: false, responsive: true, doubleClick: false, showTips: false };
const TOKEN = /^(?:var\(\s*(--[\w-]+)\s*\)|(--[\w-]+))$/;
const REPAINT_ON = ["(prefers-color-scheme: dark)", "(forced-colors: active)", "(prefers-contrast: more)"];

// Sizes of a downloaded picture, CSS px. A PNG has twice as many pixels each way.
const EXPORT = {
  width: 1000, pad: 20, title: 20, caption: 13, key: 14, swatch: 14, lineHeight: 1.3, scale: { png: 2, svg: 1 },
};

let printing = false;

/** A function from a token to its colour: as the figure has it ("page"), or light whatever the figure has ("light"). */
function palette(figure, name) {
  const found = new Map();
  return (token) => {
    if (!found.has(token)) {
      const probe = document.createElement("span");
      probe.hidden = true;
      if (name === "light") {
        probe.dataset.palette = "light";
        probe.style.colorScheme = "light";
      }
      probe.style.forcedColorAdjust = "none"; // else every colour reads as the system's text colour
      probe.style.color = `var(${token})`; // through a property, so that var() within var() is followed
      figure.append(probe);
      const style = getComputedStyle(probe);
      if (!style.getPropertyValue(token)) console.error(`chart: no colour is called ${token}`);
      found.set(token, style.color);
      probe.remove();
    }
    return found.get(token);
  };
}

/** Replaces tokens by colours, in place, wherever a key has "color" in its name. */
function resolveColours(node, colourOf, isColour = false) {
  for (const [key, value] of Object.entries(node)) {
    const here = Array.isArray(node) ? isColour : /color/i.test(key);
    if (value !== null && typeof value === "object") resolveColours(value, colourOf, here);
    else if (here && typeof value === "string") {
      const match = TOKEN.exec(value);
      if (match) node[key] = colourOf(match[1] ?? match[2]);
    }
  }
}

/** Something to measure texts in a font with. */
function penFor(font) {
  const pen = document.createElement("canvas").getContext("2d");
  pen.font = font;
  return pen;
}

/** A plain text broken into lines that fit a width, as Plotly writes them: escaped, with <br> between. */
function wrapped(text, font, width) {
  const pen = penFor(font);
  const lines = [];
  for (const word of text.split(/\s+/).filter(Boolean)) {
    const longer = lines.length ? `${lines.at(-1)} ${word}` : word;
    if (lines.length && pen.measureText(longer).width <= width) lines[lines.length - 1] = longer;
    else lines.push(word);
  }
  const escaped = lines.map((line) => line.replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll(">", "&gt;"));
  return { html: escaped.join("<br>"), count: lines.length };
}

/**
 * The key of a downloaded picture, as Plotly shapes and annotations: its own legend moves the margins, or wraps at the
 * plot's width and not the picture's. `before` is how far the picture's text edge is before the plot and `rise` the key's
 * top over the plot's, both in px. `mirrored`: from the right.
 */
function pictureKey(data, family, width, edge, mirrored) {
  const named = data
    .filter((trace) => trace.showlegend !== false && trace.name)
    .map((trace) => ({ name: trace.name, colour: trace.marker?.color ?? trace.line?.color, dots: trace.meta?.dotsColor }))
    .filter((entry) => typeof entry.colour === "string");
  const entries = named.length > 1 ? named : []; // one colour needs no key
  const { key: size, swatch, pad } = EXPORT;
  const pen = penFor(`${size}px ${family}`);
  const rowHeight = size * EXPORT.lineHeight + 6;
  let x = 0;
  let row = 0;
  for (const entry of entries) {
    const taken = swatch + 6 + pen.measureText(entry.name).width + pad;
    if (x > 0 && x + taken > width) [x, row] = [0, row + 1];
    Object.assign(entry, { x, y: row * rowHeight + rowHeight / 2 });
    x += taken;
  }
  const corner = { xref: "paper", yref: "paper" };
  const [start, way] = mirrored ? [1, -1] : [0, 1];
  return {
    height: entries.length ? (row + 1) * rowHeight + pad / 2 : 0,
    shapes: (before, rise) => entries.flatMap(({ colour, dots, x, y }) => {
      const place = { ...corner, xsizemode: "pixel", xanchor: start, ysizemode: "pixel", yanchor: 1 };
      const left = mirrored ? before - x - swatch : x - before;
      const box = {
        ...place, type: "rect", fillcolor: colour, line: { width: 1, color: edge },
        x0: left, x1: left + swatch, y0: rise - y - swatch / 2, y1: rise - y + swatch / 2,
      };
      const spots = dots ? [[4, -3], [10, -3], [4, 3], [10, 3]] : [];
      return [box, ...spots.map(([across, down]) => ({
        ...place, type: "circle", fillcolor: dots, line: { width: 0 },
        x0: left + across - 1, x1: left + across + 1, y0: rise - y + down - 1, y1: rise - y + down + 1,
      }))];
    }),
    annotations: (before, rise) => entries.map(({ name, x, y }) => ({
      ...corner, text: name, showarrow: false, font: { size },
      x: start, xanchor: mirrored ? "right" : "left", xshift: way * (x + swatch + 4 - before),
      y: 1, yanchor: "middle", yshift: rise - y,
    })),
  };
}

class Chart {
  #figure;
  #target;
  #fallback;
  #wide;
  #narrow;
  #narrowBelow;
  #width = 0; // of the figure when last looked at
  #drawn = null; // the source now on the page

  constructor(figure) {
    this.#figure = figure;
    this.#target = figure.querySelector("[data-chart-target]");
    this.#fallback = figure.querySelector("[data-chart-fallback]");
    this.#wide = figure.querySelector('script[type="application/json"]:not([data-narrow])');
    this.#narrow = figure.querySelector('script[type="application/json"][data-narrow]') ?? this.#wide;
    this.#narrowBelow = Number(this.#narrow.dataset.narrow) || NARROW_BELOW;
    for (const button of figure.querySelectorAll("[data-download]")) {
      button.addEventListener("click", () => this.download(button.dataset.download));
    }
    // It reports once as soon as it observes, which draws the chart; and again when a closed part of a page opens.
    new ResizeObserver((entries) => this.#fit(entries.at(-1).contentRect.width)).observe(figure);
  }

  #fit(width) {
    if (width === 0 || width === this.#width) return;
    this.#width = width;
    if (printing) return;
    const source = width < this.#narrowBelow ? this.#narrow : this.#wide;
    if (source === this.#drawn) Plotly.Plots.resize(this.#target).catch(() => {}); // rejects if hidden meanwhile
    else this.draw(source);
  }

  #read(source, paletteName) {
    const { data, layout = {} } = JSON.parse(source.textContent); // anew each time: Plotly writes into what it is given
    const paper = paletteName === "light" ? "#ffffff" : "rgba(0, 0, 0, 0)";
    Object.assign(layout, {
      paper_bgcolor: layout.paper_bgcolor ?? paper,
      plot_bgcolor: layout.plot_bgcolor ?? "rgba(0, 0, 0, 0)",
      font: { family: getComputedStyle(this.#figure).fontFamily, color: "--ink", ...layout.font },
      hoverlabel: { bgcolor: "--paper", bordercolor: "--ink", align: "left", ...layout.hoverlabel },
      dragmode: false, // no zooming: a finger on the chart scrolls the page
    });
    layout.hoverlabel.font = { color: "--ink", ...layout.hoverlabel.font };
    layout.xaxis ??= {};
    layout.yaxis ??= {};
    for (const key of Object.keys(layout)) if (/^[xy]axis\d*$/.test(key)) layout[key].fixedrange = true;
    resolveColours({ data, layout }, palette(this.#figure, paletteName));
    return { data, layout };
  }

  /** Draws a source ("page" palette) into the target; on any fault the fallback stays what is seen. */
  draw(source, { paletteName = "page", width } = {}) {
    try {
      const { data, layout } = this.#read(source, paletteName);
      const height = layout.height ?? DEFAULT_HEIGHT;
      // The target has the height and the layout none, else Plotly forgets it at its first resize. A print has both.
      this.#target.style.height = `${height}px`;
      this.#target.style.forcedColorAdjust = "none"; // the tokens know about forced colours
      if (width) Object.assign(layout, { width, height });
      else delete layout.height;
      this.#target.hidden = false; // Plotly measures it
      Plotly.newPlot(this.#target, data, layout, CONFIG).catch((error) => this.#giveUp(error));
      this.#drawn = source;
      this.#shown(true);
    } catch (error) {
      this.#giveUp(error);
    }
  }

  #giveUp(error) {
    this.#drawn = null;
    this.#shown(false);
    console.error("chart: not drawn", error);
  }

  #shown(drawn) {
    this.#target.hidden = !drawn;
    if (this.#fallback) this.#fallback.hidden = drawn;
    for (const button of this.#figure.querySelectorAll("[data-download]")) button.hidden = !drawn;
    this.#figure.dataset.chart = drawn ? "drawn" : "failed";
  }

  repaint() {
    if (this.#drawn && !printing) this.draw(this.#drawn); // some browsers turn the scheme to light while they print
  }

  beforePrint() {
    const source = PRINT_WIDTH < this.#narrowBelow ? this.#narrow : this.#wide;
    if (this.#drawn) this.draw(source, { paletteName: "light", width: PRINT_WIDTH });
  }

  afterPrint() {
    if (this.#drawn) this.draw(this.#width < this.#narrowBelow ? this.#narrow : this.#wide);
  }

  /** Hands the wide chart to the browser as a file: light palette, title above, key, caption (base, source) below. */
  async download(format) {
    if (!(await noted(this.#figure, format))) return undefined;
    const { data, layout } = this.#read(this.#wide, "light");
    const { title = "", caption = "", edition = "", filename = "chart" } = this.#figure.dataset;
    const { width, pad } = EXPORT;
    const family = layout.font.family;
    const mirrored = Boolean(layout.meta?.mirrored);
    const side = mirrored ? "right" : "left";
    const line = (size) => Math.ceil(size * EXPORT.lineHeight);
    const head = wrapped(title, `600 ${EXPORT.title}px ${family}`, width - 2 * pad);
    const said = edition ? `${edition}. ${caption}` : caption;
    const foot = wrapped(said, `${EXPORT.caption}px ${family}`, width - 2 * pad);
    const key = pictureKey(data, family, width - 2 * pad, palette(this.#figure, "light")("--edge"), mirrored);

    const headHeight = pad + head.count * line(EXPORT.title) + (head.count ? pad / 2 : 0);
    const footHeight = foot.count * line(EXPORT.caption) + pad;
    const inner = { l: 80, r: 80, t: 20, b: 20, ...layout.margin };
    const height = (layout.height ?? DEFAULT_HEIGHT) + headHeight + key.height + footHeight;
    layout.margin = {
      l: inner.l + pad, r: inner.r + pad, t: inner.t + headHeight + key.height, b: inner.b + footHeight,
    };
    layout.title = {
      text: head.html, automargin: false, font: { size: EXPORT.title, weight: 600 },
      xref: "container", x: mirrored ? 1 - pad / width : pad / width, xanchor: side, yref: "container", y: 1 - pad / height, yanchor: "top",
    };
    const baseLine = {
      text: foot.html, showarrow: false, align: side, font: { size: EXPORT.caption },
      xref: "paper", x: mirrored ? 1 : 0, xanchor: side, xshift: mirrored ? inner.r : -inner.l,
      yref: "paper", y: 0, yanchor: "top", yshift: -inner.b,
    };
    const keyAt = [mirrored ? inner.r : inner.l, inner.t + key.height];
    layout.showlegend = false;
    layout.shapes = [...(layout.shapes ?? []), ...key.shapes(...keyAt)];
    layout.annotations = [...(layout.annotations ?? []), ...key.annotations(...keyAt), baseLine];
    return Plotly.downloadImage(
      { data, layout, config: CONFIG }, { format, filename, width, height, scale: EXPORT.scale[format] },
    ).catch((error) => console.error("chart: no download", error));
  }
}

if (window.Plotly) {
  const charts = Array.from(document.querySelectorAll("figure[data-chart]"), (figure) => new Chart(figure));
  for (const query of REPAINT_ON) {
    matchMedia(query).addEventListener("change", () => charts.forEach((chart) => chart.repaint()));
  }
  addEventListener("beforeprint", () => {
    printing = true;
    charts.forEach((chart) => chart.beforePrint());
  });
  addEventListener("afterprint", () => {
    printing = false;
    charts.forEach((chart) => chart.afterPrint());
  });
} else {
  console.error("chart: Plotly is not on the page; the fallbacks stay");
}
