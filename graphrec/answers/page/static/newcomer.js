// Someone new: a few items that they chose, with ratings where the data have them.
import { combobox } from "./combobox.js";
import { h, say, showError } from "./dom.js";
import { go, readState } from "./state.js";
import { many, one } from "./words.js";

export function someoneNew(api, about) {
  const titles = new Map(); // by id
  const chips = h("ul", { class: "chips", "aria-label": `Chosen ${many(about.item_name)}` });
  const search = combobox({
    label: `Add ${one(about.item_name)} they had`,
    hint: "title or id",
    search: (text, signal) => api.searchItems(text, 8, signal),
    choose: add,
  });
  const invitation = h("p", { class: "quiet invitation" }, `A few ${many(about.item_name)} are enough: the list changes with each.`);
  const element = h("div", {}, search, invitation, chips);
  const chosen = () => readState().chosen ?? [];

  function add({ id, title }) {
    titles.set(id, title);
    if (chosen().some(({ item }) => item === id)) return say(`${title} is among them already`);
    go({ chosen: [...chosen(), { item: id, rating: about.ratings?.maximum ?? null }], why: null });
    say(`${title} added`);
  }

  function remove(item) {
    const place = chosen().findIndex((each) => each.item === item);
    go({ chosen: chosen().filter((each) => each.item !== item), why: null });
    const buttons = chips.querySelectorAll("button");
    (buttons[Math.min(place, buttons.length - 1)] ?? search.querySelector("input")).focus();
    say(`${titles.get(item)} removed`);
  }

  function rate(item, value) {
    go({ chosen: chosen().map((each) => (each.item === item ? { item, rating: value } : each)), why: null });
  }

  async function update(picked) {
    invitation.hidden = picked.length > 0;
    const missing = picked.filter(({ item }) => !titles.has(item)).map(({ item }) => item);
    try {
      if (missing.length) for (const { item, title } of await api.titles(missing)) titles.set(item, title);
    } catch (error) {
      return showError(error);
    }
    const shown = [...chips.children].map((chip) => chip.dataset.item);
    if (shown.join("\n") === picked.map(({ item }) => item).join("\n")) return;
    chips.replaceChildren(...picked.map(chip));
  }

  function chip({ item, rating }) {
    const title = titles.get(item);
    return h(
      "li",
      { "data-item": item },
      h("span", { class: "title" }, title),
      about.ratings && ratingChoice(about, title, rating, (value) => rate(item, value)),
      h("button", { type: "button", class: "remove", "aria-label": `Remove ${title}`, click: () => remove(item) }, "×"),
    );
  }

  return { element, update };
}

function ratingChoice({ interaction_name, ratings }, title, chosen, choose) {
  const values = [];
  for (let value = ratings.maximum; value >= ratings.minimum; value -= 1) values.push(value);
  if (chosen != null && !values.includes(chosen)) values.push(chosen);
  return h(
    "select",
    { "aria-label": `${interaction_name} of ${title}`, change: (event) => choose(Number(event.target.value)) },
    values.map((value) => h("option", { value, selected: value === chosen }, String(value))),
  );
}
