// A field that searches as one types, after the combobox pattern of the ARIA Authoring Practices.
import { h, say, showError } from "./dom.js";

const WAIT = 150; // milliseconds after a key
let count = 0;

/** `search(text, signal)` gives {id, title, count}s; `choose` gets the one that was taken. */
export function combobox({ label, hint, search, choose, describe = () => "" }) {
  const id = `combobox-${++count}`;
  let options = [];
  let active = -1;
  let timer;
  let request = new AbortController();

  const list = h("ul", { id: `${id}-list`, role: "listbox", "aria-label": label, hidden: true });
  const input = h("input", {
    id,
    type: "text",
    role: "combobox",
    autocomplete: "off",
    spellcheck: "false",
    placeholder: hint,
    "aria-autocomplete": "list",
    "aria-expanded": "false",
    "aria-controls": list.id,
    input: () => {
      options = []; // of another text
      later();
    },
    click: () => list.hidden && later(0),
    keydown: onKey,
    blur: close,
  });

  function later(wait = WAIT) {
    clearTimeout(timer);
    timer = setTimeout(load, wait);
  }

  async function load() {
    request.abort();
    request = new AbortController();
    try {
      options = await search(input.value.trim(), request.signal);
    } catch (error) {
      if (error.name !== "AbortError") showError(error);
      return;
    }
    if (document.activeElement !== input) return;
    show();
    say(options.length === 1 ? "1 match" : `${options.length} matches`);
  }

  function show() {
    list.replaceChildren(
      ...options.map((option, place) =>
        h(
          "li",
          { id: `${id}-${place}`, role: "option", "aria-selected": "false", mousedown: (event) => take(event, place) },
          h("span", {}, option.title),
          h("span", { class: "quiet" }, describe(option)),
        ),
      ),
    );
    if (!options.length) list.append(h("li", { class: "quiet", role: "option", "aria-disabled": "true" }, "No match"));
    list.hidden = false;
    input.setAttribute("aria-expanded", "true");
    mark(-1);
  }

  function close() {
    clearTimeout(timer);
    list.hidden = true;
    input.setAttribute("aria-expanded", "false");
    mark(-1);
  }

  function mark(place) {
    active = place;
    options.forEach((_, each) => list.children[each]?.setAttribute("aria-selected", String(each === place)));
    if (place < 0) return input.removeAttribute("aria-activedescendant");
    input.setAttribute("aria-activedescendant", `${id}-${place}`);
    list.children[place].scrollIntoView({ block: "nearest" });
  }

  function take(event, place) {
    event.preventDefault();
    close();
    input.value = "";
    choose(options[place]);
  }

  function onKey(event) {
    if (event.key === "ArrowDown" || event.key === "ArrowUp") {
      event.preventDefault();
      if (list.hidden) return later(0);
      const step = event.key === "ArrowDown" ? 1 : -1;
      if (options.length) mark((Math.max(active, step < 0 ? 0 : -1) + step + options.length) % options.length);
    } else if (event.key === "Enter") {
      event.preventDefault();
      if (!options.length && input.value.trim()) {
        clearTimeout(timer);
        load().then(() => options.length && take(event, 0));
      } else if (!list.hidden && options.length) take(event, Math.max(active, 0));
    } else if (event.key === "Escape") {
      close();
    }
  }

  return h("div", { class: "combobox" }, h("label", { for: id }, label), input, list);
}
