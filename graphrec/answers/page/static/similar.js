// The items whose vectors point the same way as that of a chosen one.
import { combobox } from "./combobox.js";
import { byId, h, showError } from "./dom.js";
import { go } from "./state.js";
import { many, number, one } from "./words.js";

const COUNT = 10;

/** Fills #similar for a run; the function returned shows a state. */
export function makeSimilar(api, about) {
  const heading = h("h2", { id: "similar-heading", tabindex: "-1" });
  const items = h("ol", { class: "similar", "aria-live": "polite" });
  const choice = combobox({
    label: `Choose ${one(about.item_name)}`,
    hint: "title or id",
    search: (text, signal) => api.searchItems(text, 8, signal),
    choose: ({ id }) => go({ similar: id }),
  });
  byId("similar").replaceChildren(heading, choice, items);
  let shown = null;

  return async function update({ similar }) {
    if (similar == null) heading.textContent = `Similar ${many(about.item_name)}`;
    if (similar === shown) return;
    shown = similar;
    if (similar == null) return items.replaceChildren();
    try {
      const [[{ title }], others] = await Promise.all([api.titles([similar]), api.similar(similar, COUNT)]);
      if (shown !== similar) return;
      heading.textContent = `Similar to ${title}`;
      items.replaceChildren(...others.map(row));
      if (document.activeElement?.closest(".why")) heading.focus();
    } catch (error) {
      items.replaceChildren();
      showError(error);
    }
  };
}

function row({ item, title, cosine }) {
  return h(
    "li",
    {},
    h("button", { type: "button", class: "plain", click: () => go({ similar: item }) }, title),
    h("span", { class: "figure" }, h("span", { class: "hidden" }, "cosine"), " ", number(cosine, 2)),
  );
}
