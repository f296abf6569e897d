// The list of recommendations, best first; each opens to say why.
import { byId, h, say, showError } from "./dom.js";
import { go, note, readState, whoOf } from "./state.js";
import { many, nameOf, share, target } from "./words.js";
import { fillWhy } from "./why.js";

const MORE = 10;

/** Fills #list for a run; the function returned shows a state. */
export function makeList(api, about) {
  const heading = h("h2", { id: "list-heading" }, "Recommended");
  const items = h("ol", { class: "recommendations" });
  const remark = h("p", { class: "remark", hidden: true });
  const more = h("button", { type: "button", class: "plain", hidden: true }, "Show more");
  byId("list").replaceChildren(heading, remark, items, more);
  let asked = "";
  let request = new AbortController();

  return async function update(state) {
    const who = whoOf(state);
    if (who.user == null && !who.items) return;
    const question = JSON.stringify([who, state.k]);
    if (question !== asked) {
      asked = question;
      request.abort();
      request = new AbortController();
      items.setAttribute("aria-busy", "true");
      try {
        const [answer, user] = await Promise.all([
          api.recommend(who, state.k, request.signal),
          who.user == null ? null : api.user(who.user),
        ]);
        show(answer, who, nameOf(user, about), state);
        showError(null);
      } catch (error) {
        if (error.name === "AbortError") return;
        asked = "";
        items.replaceChildren();
        more.hidden = true;
        showError(error);
      }
      items.removeAttribute("aria-busy");
    }
    const { why } = readState(); // which may have changed since
    for (const row of items.children) row.firstChild.open = row.dataset.item === why;
  };

  function show(answer, who, name, state) {
    heading.textContent = `Recommended for ${name}`;
    remark.hidden = !answer.cold;
    remark.textContent = `Nothing is known of this ${about.user_name} yet: these are the most popular ${many(about.item_name)}.`;
    items.replaceChildren(...answer.items.map((each, place) => row(each, place + 1, who, name)));
    more.hidden = answer.items.length < state.k;
    more.onclick = () => go({ k: state.k + MORE });
    say(`${answer.items.length} ${many(about.item_name)} recommended`);
  }

  function row(each, rank, who, name) {
    const panel = h("div", { class: "why" });
    const details = h(
      "details",
      { toggle: opened },
      h(
        "summary",
        {},
        h("span", { class: "rank" }, String(rank)),
        h("span", { class: "title" }, each.title),
        h("span", { class: "target" }, target(each.target, about)),
        bar(share(each.target, about)),
        h("span", { class: "ask" }, "Why?"),
      ),
      panel,
    );

    async function opened() {
      if (!details.open) return readState().why === each.item && note({ why: null });
      for (const other of items.querySelectorAll("details[open]")) if (other !== details) other.open = false;
      note({ why: each.item });
      if (panel.childElementCount) return;
      try {
        fillWhy(panel, await api.why(who, each.item), about, name);
      } catch (error) {
        showError(error);
      }
    }
    return h("li", { "data-item": each.item }, details);
  }
}

function bar(part) {
  const filled = h("span");
  filled.style.width = `${part * 100}%`;
  return h("span", { class: "bar", "aria-hidden": "true" }, filled);
}
