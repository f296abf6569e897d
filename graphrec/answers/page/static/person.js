// Who the recommendations are for: a user of the data, or someone new.
import { combobox } from "./combobox.js";
import { byId, h, showError } from "./dom.js";
import { someoneNew } from "./newcomer.js";
import { go } from "./state.js";
import { facts, many, nameOf, one, plural, rating } from "./words.js";

const WIDE = matchMedia("(min-width: 861px)"); // as the style has it

/** Fills #person for a run; the function returned shows a state. */
export function makePerson(api, about) {
  const known = h("div");
  const found = h("div", { "aria-live": "polite" });
  const newcomer = someoneNew(api, about);
  const modes = ["known", "new"].map((value) => h("input", { type: "radio", name: "mode", value, change: () => choose(value) }));
  known.append(
    combobox({
      label: `Find ${one(about.user_name)}`,
      hint: "id or title",
      search: (text, signal) => api.searchUsers(text, 8, signal),
      choose: ({ id }) => go({ user: id, chosen: null, why: null }),
      describe: ({ count }) => plural(count, about.interaction_name),
    }),
    found,
  );
  byId("person").replaceChildren(
    h("h2", { id: "person-heading" }, "For whom"),
    h(
      "fieldset",
      { class: "switch" },
      h("legend", { class: "hidden" }, "For whom"),
      h("label", {}, modes[0], h("span", {}, `A known ${about.user_name}`)),
      h("label", {}, modes[1], h("span", {}, "Someone new")),
    ),
    known,
    newcomer.element,
  );

  function choose(mode) {
    if (mode === "new") go({ chosen: [], user: null, why: null });
    else go({ chosen: null, user: null, why: null });
  }

  let shown = null;
  return async function update(state) {
    const isNew = state.chosen != null;
    modes[isNew ? 1 : 0].checked = true;
    known.hidden = isNew;
    newcomer.element.hidden = !isNew;
    if (isNew) return newcomer.update(state.chosen);
    if (state.user === shown || state.user == null) return;
    shown = state.user;
    try {
      const user = await api.user(state.user);
      if (user.user === shown) found.replaceChildren(...describe(user, about));
    } catch (error) {
      found.replaceChildren();
      showError(error);
    }
  };
}

function describe(user, about) {
  const { items } = user;
  const first = WIDE.matches ? 12 : 4;
  const rest = items.slice(first);
  return [
    h("h3", { class: "who" }, nameOf(user, about)),
    user.about.length > 0 && h("p", { class: "quiet" }, facts(user.about)),
    h("h4", {}, `${plural(items.length, about.item_name)} so far`),
    historyList(items.slice(0, first), about),
    rest.length > 0 &&
      h("details", { class: "rest" }, h("summary", {}, `${rest.length} more ${many(about.item_name)}`), historyList(rest, about)),
  ].filter(Boolean);
}

function historyList(items, about) {
  return h(
    "ul",
    { class: "history" },
    items.map((item) =>
      h(
        "li",
        {},
        h("span", {}, item.title),
        about.ratings && h("span", { class: "figure" }, h("span", { class: "hidden" }, about.interaction_name), " ", rating(item.rating)),
      ),
    ),
  );
}
