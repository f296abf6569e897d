// Where the nodes of a graph stand: side by side in columns, or below each other where it is narrow.
import { svg } from "./dom.js";
import { widthOf, wrap } from "./text.js";

const LINE = 17; // of text, in pixels
const GAP = 14; // between nodes of a column
const SHARES = [0, 0.17, 0.5, 0.77]; // where the columns begin
const DOT = 4;

/** Person → their items → relations → recommended, from left to right. */
export function columns({ nodes, edges }, width) {
  const ends = [...SHARES.slice(1), 1];
  const place = new Map();
  const heights = SHARES.map(() => 0);
  for (const node of nodes) {
    const room = (ends[node.column] - SHARES[node.column]) * width - (node.column < 3 ? 44 : 14);
    const lines = wrap(node.text, room, 2);
    const height = (lines.length + (node.note ? 1 : 0)) * LINE;
    place.set(node.id, { x: SHARES[node.column] * width + DOT, top: heights[node.column], height, lines, room });
    heights[node.column] += height + GAP;
  }
  const tallest = Math.max(...heights) - GAP;
  for (const node of nodes) {
    const spot = place.get(node.id);
    spot.y = spot.top + (tallest - heights[node.column] + GAP) / 2 + spot.height / 2 + 4;
  }
  const end = ({ x, lines, room }, note) => x + 14 + Math.min(room, Math.max(...[...lines, note ?? ""].map(widthOf)));
  const byId = new Map(nodes.map((node) => [node.id, node]));
  const lines = edges.map((edge) => {
    const from = place.get(edge.from);
    const to = place.get(edge.to);
    return edgeLine(edge, end(from, byId.get(edge.from).note), from.y, to.x - DOT - 3, to.y);
  });
  return picture(width, tallest + 8, [...lines, ...nodes.map((node) => label(node, place.get(node.id)))]);
}

/** A node a line, its column by how far its dot is moved in: edges left, words right. */
export function rows({ nodes, edges }, width) {
  const step = 36; // between columns
  const text = 3 * step + 18;
  const place = new Map();
  let top = 0;
  for (const node of nodes) {
    const lines = wrap(node.note ? `${node.text} (${node.note})` : node.text, width - text - 4, 2);
    const height = lines.length * LINE;
    place.set(node.id, { x: node.column * step + DOT + 1, y: top + height / 2 + 4, height, lines, text });
    top += height + GAP;
  }
  const curves = edges.map((edge) => {
    const from = place.get(edge.from);
    const to = place.get(edge.to);
    return edgeLine(edge, from.x, from.y, to.x, to.y, true);
  });
  const words = nodes.map((node) => label({ ...node, note: null }, place.get(node.id)));
  return picture(width, top, [...curves, ...words]);
}

const picture = (width, height, content) =>
  svg("svg", { width, height, viewBox: `0 0 ${width} ${height}`, "aria-hidden": "true" }, content);

function edgeLine({ weight, direct }, x1, y1, x2, y2, down = false) {
  const middle = down ? (y1 + y2) / 2 : (x1 + x2) / 2;
  const path = down
    ? `M${x1} ${y1}C${x1} ${middle} ${x2} ${middle} ${x2} ${y2}`
    : `M${x1} ${y1}C${middle} ${y1} ${middle} ${y2} ${x2} ${y2}`;
  return svg("path", { class: direct ? "edge direct" : "edge", d: path, "stroke-width": 0.75 + 2.25 * weight });
}

function label({ text, note, kind }, { x, y, height, lines, text: words = x + 11 }) {
  const first = y - height / 2 + LINE * 0.74;
  const texts = lines.map((line, place) => svg("text", { x: words, y: first + place * LINE }, line));
  if (note) texts.push(svg("text", { class: "note", x: words, y: first + lines.length * LINE }, note));
  return svg("g", { class: `node ${kind}` }, svg("title", {}, text), svg("circle", { cx: x, cy: y, r: DOT }), texts);
}
