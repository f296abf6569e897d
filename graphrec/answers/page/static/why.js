// Why an item is recommended: in words, as a sum, and drawn.
import { h, svg } from "./dom.js";
import { drawGraph } from "./graph.js";
import { go } from "./state.js";
import { facts, many, number, signed } from "./words.js";

const WIDTH = 200; // of the bars of a split, stretched to their column
const HEIGHT = 12; // in pixels

/** Fills the panel below a recommended item with its explanation. */
export function fillWhy(panel, why, about, name) {
  panel.replaceChildren(
    ...[
      why.about.length > 0 && h("p", { class: "quiet" }, facts(why.about)),
      h("h3", {}, why.because.length ? `Because of these ${many(about.item_name)}, and what each adds to its score` : "Because"),
      why.cold || !why.because.length ? popular(why, about) : reasons(why.because),
      why.relations.length > 0 && h("h3", {}, "How it is connected"),
      why.relations.length > 0 && drawGraph(why, name, about),
      h("h3", {}, "How its score adds up"),
      split(why),
      h(
        "button",
        { type: "button", class: "plain", click: () => go({ similar: why.item, why: why.item }) },
        `Similar ${many(about.item_name)}`,
      ),
    ].filter(Boolean),
  );
}

function popular(why, about) {
  const text = why.cold
    ? `Nothing is known of this ${about.user_name} yet, so what is popular comes first.`
    : `No ${about.item_name} of theirs carried it: the parts below say what did.`;
  return h("p", {}, text);
}

function reasons(because) {
  return h(
    "ul",
    { class: "reasons" },
    because.map(({ title, relation, value }) =>
      h(
        "li",
        {},
        h("span", { class: "title" }, title),
        h("span", { class: "quiet" }, relation),
        h("span", { class: "figure" }, h("span", { class: "hidden" }, "adds"), " ", signed(value)),
      ),
    ),
  );
}

/** A table of the parts with a bar each from a common zero. */
function split({ score, parts }) {
  const low = Math.min(0, ...parts.map(({ value }) => value));
  const high = Math.max(0, ...parts.map(({ value }) => value), low + 1e-9);
  const x = (value) => ((value - low) / (high - low)) * WIDTH;
  const bar = (value) =>
    svg(
      "svg",
      { class: "part", viewBox: `0 0 ${WIDTH} ${HEIGHT}`, height: HEIGHT, preserveAspectRatio: "none", "aria-hidden": "true" },
      svg("rect", { class: value < 0 ? "less" : "more", x: Math.min(x(0), x(value)), y: 1, width: Math.abs(x(value) - x(0)), height: HEIGHT - 2 }),
      svg("line", { x1: x(0), x2: x(0), y1: 0, y2: HEIGHT }),
    );
  return h(
    "table",
    { class: "split" },
    h("thead", { class: "hidden" }, h("tr", {}, h("th", {}, "Part"), h("th", {}, "Bar"), h("th", {}, "Share of the score"))),
    h(
      "tbody",
      {},
      parts.map(({ name, value }) =>
        h("tr", {}, h("th", { scope: "row" }, name.replace(/^co_/, "co-").replaceAll("_", " ")), h("td", {}, bar(value)), h("td", { class: "figure" }, signed(value))),
      ),
    ),
    h("tfoot", {}, h("tr", {}, h("th", { scope: "row" }, "score"), h("td"), h("td", { class: "figure" }, number(score, 2)))),
  );
}
