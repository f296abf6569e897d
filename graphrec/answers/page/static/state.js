// What is shown, as the address has it: a link restores it.

/** @returns {{view: string, run: ?string, user: ?string, chosen: ?{item: string, rating: ?number}[],
 *             why: ?string, similar: ?string, k: number}} `chosen` is null unless it is someone new. */
export function readState() {
  const query = new URLSearchParams(location.search);
  const ratings = query.getAll("rating");
  const chosen = query
    .getAll("item")
    .map((item, place) => ({ item, rating: ratings[place] ? Number(ratings[place]) : null }));
  return {
    view: query.get("view") === "training" ? "training" : "recommend",
    run: query.get("run"),
    user: query.get("user"),
    chosen: query.has("new") ? chosen : null,
    why: query.get("why"),
    similar: query.get("similar"),
    k: Math.min(100, Math.max(1, Number(query.get("k")) || 10)),
  };
}

export function addressOf(state) {
  const query = new URLSearchParams();
  if (state.view !== "recommend") query.set("view", state.view);
  for (const name of ["run", "user", "why", "similar"]) {
    if (state[name] != null) query.set(name, state[name]);
  }
  if (state.k !== 10) query.set("k", state.k);
  if (state.chosen) {
    query.set("new", "1");
    for (const { item, rating } of state.chosen) {
      query.append("item", item);
      if (rating != null) query.append("rating", rating);
    }
  }
  return `?${query}`;
}

const listeners = [];

export const onState = (listener) => listeners.push(listener);

/** Shows another state; `replace` where it is no step that one wants to go back to. */
export function go(changes, replace = false) {
  const address = addressOf({ ...readState(), ...changes });
  if (address !== location.search) history[replace ? "replaceState" : "pushState"](null, "", address);
  changed();
}

/** Writes a change into the address that the page shows already. */
export function note(changes) {
  history.replaceState(null, "", addressOf({ ...readState(), ...changes }));
}

export const changed = () => listeners.forEach((listener) => listener(readState()));

addEventListener("popstate", changed);

/** The body of a question about who is shown. */
export function whoOf(state) {
  if (!state.chosen) return { user: state.user };
  const rated = state.chosen.some(({ rating }) => rating != null);
  const who = { items: state.chosen.map(({ item }) => item) };
  return rated ? { ...who, ratings: state.chosen.map(({ rating }) => rating) } : who;
}
