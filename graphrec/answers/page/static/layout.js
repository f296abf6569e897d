// Where the nodes of a graph stand: in four columns, from left to right.
import { svg } from "./dom.js";
import { widthOf, wrap } from "./text.js";

const LINE = 17; // of text, in pixels
const DOT = 4;
const TEXT = 11; // from a dot to its text
const WIDE = { from: 640, shares: [0, 0.17, 0.5, 0.77], room: 44, gap: 14, lines: 2 };
const NARROW = { from: 0, shares: [0, 0.07, 0.46, 0.78], room: 26, gap: 12, lines: 4 };

/** Person → their items → relations → recommended. Narrow, the person's name is above the rest. */
export function draw({ nodes, edges }, width) {
  const form = [WIDE, NARROW].find(({ from }) => width >= from);
  const above = form === NARROW ? LINE + 6 : 0;
  const place = placed(nodes, form, width, above);
  const height = Math.max(...[...place.values()].map((spot) => spot.y + spot.height / 2)) + 6;
  const curves = edges.map(({ from, to, weight }) => curve(place.get(from), place.get(to), weight));
  const labels = nodes.map((node) => label(node, place.get(node.id), above));
  return svg("svg", { width, height, viewBox: `0 0 ${width} ${height}`, "aria-hidden": "true" }, curves, labels);
}

/** {x, y, height, lines, notes, end} by node; each column in the middle of the height. */
function placed(nodes, { shares, room, gap, lines }, width, above) {
  const place = new Map();
  const heights = shares.map(() => above);
  for (const { id, column, text, note } of nodes) {
    const x = shares[column] * width + DOT + 1;
    const own = ((shares[column + 1] ?? 1) - shares[column]) * width - (column < 3 ? room : TEXT + DOT + 2);
    const named = above && column === 0;
    const spot = { x, lines: named ? [] : wrap(text, own, lines), notes: note ? wrap(note, own, lines) : [] };
    spot.height = Math.max(1, spot.lines.length + spot.notes.length) * LINE;
    spot.end = named ? x + DOT : x + TEXT + 4 + Math.max(...[...spot.lines, ...spot.notes].map(widthOf));
    spot.top = heights[column];
    heights[column] += spot.height + gap;
    place.set(id, spot);
  }
  const tallest = Math.max(...heights);
  for (const { id, column } of nodes) {
    const spot = place.get(id);
    spot.y = spot.top + (tallest - heights[column]) / 2 + spot.height / 2;
  }
  return place;
}

function curve(from, to, weight) {
  const end = to.x - DOT - 2;
  const middle = (from.end + end) / 2;
  const path = `M${from.end} ${from.y}C${middle} ${from.y} ${middle} ${to.y} ${end} ${to.y}`;
  return svg("path", { class: "edge", d: path, "stroke-width": 0.75 + 2.25 * weight });
}

function label({ text, kind }, { x, y, height, lines, notes }, above) {
  const first = y - height / 2 + LINE * 0.76;
  const words = [...lines, ...notes].map((line, place) =>
    svg("text", { class: place < lines.length ? "" : "note", x: x + TEXT, y: first + place * LINE }, line),
  );
  if (above && kind === "person") words.push(svg("text", { x: 0, y: LINE * 0.76 }, text));
  return svg("g", { class: `node ${kind}` }, svg("title", {}, text), svg("circle", { cx: x, cy: y, r: DOT }), words);
}
