// The graph around one recommendation: person, their items, relations, recommended item.
import { drawToWidth, h } from "./dom.js";
import { draw } from "./layout.js";
import { many, plural } from "./words.js";

/** A figure of an explanation, with a list of the same for those who do not see it. */
export function drawGraph(why, person, about) {
  const model = graphOf(why, person, about);
  const figure = h("div", { class: "graph" });
  drawToWidth(figure, (width) => figure.replaceChildren(draw(model, width)));
  return h(
    "figure",
    {},
    figure,
    h("details", { class: "rest" }, h("summary", {}, "The same as a list"), asList(model)),
  );
}

/** Nodes with a column from 0, and edges with a weight from 0 to 1. */
function graphOf({ title, because, relations }, person, about) {
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
    const text = block === null ? `the same ${many(about.user_name)}` : value;
    nodes.push({ id, column: 2, text, kind: "relation", note: block ?? (most > 1 ? `up to ${most} of both` : `${most} of both`) });
    for (const link of links) {
      const users = link.users ? plural(link.users, about.user_name) : "";
      const weight = link.users ? link.users / most : 0.4;
      edges.push({ from: `item ${link.item}`, to: id, weight, users: users && `${users} had both` });
    }
    edges.push({ from: id, to: "recommended", weight: links.length / because.length });
  }
  addSimilar(nodes, edges, because, about);
  nodes.push({ id: "recommended", column: 3, text: title, kind: "recommended" });
  return { nodes, edges };
}

/** Items that share nothing with the recommended one reach it over other people's items. */
function addSimilar(nodes, edges, because, about) {
  const linked = new Set(edges.map(({ from }) => from));
  const rest = because.map(({ item }) => `item ${item}`).filter((id) => !linked.has(id));
  if (!rest.length) return;
  const note = `of similar ${many(about.item_name)}`;
  nodes.push({ id: "similar", column: 2, text: many(about.user_name), kind: "relation", note });
  for (const id of rest) edges.push({ from: id, to: "similar", weight: 0.2, users: `${many(about.user_name)} ${note}` });
  edges.push({ from: "similar", to: "recommended", weight: rest.length / because.length });
}

function asList({ nodes, edges }) {
  const byId = new Map(nodes.map((node) => [node.id, node]));
  const recommended = byId.get("recommended").text;
  const items = nodes.filter(({ column }) => column === 1);
  return h(
    "ul",
    {},
    items.map((item) => {
      const shared = edges.filter(({ from }) => from === item.id);
      return h(
        "li",
        {},
        `${byId.get("person").text} had ${item.text}`,
        h("ul", {}, shared.map(({ to, users }) => h("li", {}, users || `${byId.get(to).note}: ${byId.get(to).text}, as ${recommended}`))),
      );
    }),
  );
}
