// The graph around one recommendation: person, their items, relations, recommended item.
import { drawToWidth, h } from "./dom.js";
import { columns, rows } from "./layout.js";
import { plural } from "./words.js";

const NARROW = 640; // below it the columns become rows

/** A figure of an explanation, with a list of the same for those who do not see it. */
export function drawGraph(why, person, about) {
  const model = graphOf(why, person, about);
  const figure = h("div", { class: "graph" });
  drawToWidth(figure, (width) => figure.replaceChildren((width < NARROW ? rows : columns)(model, width)));
  return h(
    "figure",
    {},
    figure,
    h("details", { class: "rest" }, h("summary", {}, "The same as a list"), asList(model)),
  );
}

/** Nodes with a column from 0, and edges with a weight from 0 to 1. */
function graphOf({ item, title, because, relations }, person, about) {
  const nodes = [{ id: "person", column: 0, text: person, kind: "person" }];
  const edges = [];
  const strongest = Math.max(...because.map(({ value }) => Math.abs(value)), 1e-9);
  for (const reason of because) {
    const id = `item ${reason.item}`;
    nodes.push({ id, column: 1, text: reason.title, kind: "item" });
    edges.push({ from: "person", to: id, weight: Math.abs(reason.value) / strongest });
  }
  for (const { block, value, links } of relations) {
    const id = `relation ${block ?? ""} ${value}`;
    const most = Math.max(...links.map(({ users }) => users));
    const text = block === null ? `the same ${plural(2, about.user_name).slice(2)}` : value;
    nodes.push({ id, column: 2, text, kind: "relation", note: block ?? (most > 1 ? `up to ${most} of both` : `${most} of both`) });
    for (const link of links) {
      const users = link.users ? plural(link.users, about.user_name) : "";
      edges.push({ from: `item ${link.item}`, to: id, weight: link.users ? link.users / most : 0.4, users });
    }
    edges.push({ from: id, to: "recommended", weight: links.length / because.length });
  }
  nodes.push({ id: "recommended", column: 3, text: title, kind: "recommended" });
  const linked = new Set(edges.map(({ from }) => from));
  for (const { id, column } of nodes) {
    if (column === 1 && !linked.has(id)) edges.push({ from: id, to: "recommended", weight: 0.2, direct: true });
  }
  return { nodes, edges, item };
}

function asList({ nodes, edges }) {
  const byId = new Map(nodes.map((node) => [node.id, node]));
  const recommended = byId.get("recommended");
  const items = nodes.filter(({ column }) => column === 1);
  return h(
    "ul",
    {},
    items.map((item) => {
      const shared = edges.filter(({ from, direct }) => from === item.id && !direct);
      return h(
        "li",
        {},
        `${byId.get("person").text} had ${item.text}`,
        shared.length > 0 &&
          h(
            "ul",
            {},
            shared.map(({ to, users }) => {
              const { text, note } = byId.get(to);
              return h("li", {}, users ? `${users} had both it and ${recommended.text}` : `${note} ${text}, as ${recommended.text}`);
            }),
          ),
      );
    }),
  );
}
