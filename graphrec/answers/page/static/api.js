// The one place that speaks to the server.

async function ask(address, options) {
  let response;
  try {
    response = await fetch(address, options);
  } catch (error) {
    if (error.name === "AbortError") throw error;
    throw new Error("The server does not answer. Is it still running?");
  }
  if (!response.ok) throw new Error(await reason(response));
  return response.json();
}

async function reason(response) {
  const text = await response.text();
  try {
    const { detail } = JSON.parse(text);
    if (typeof detail === "string") return sentence(detail);
    return sentence(detail.map((each) => `${each.loc.at(-1)}: ${each.msg}`).join("; "));
  } catch {
    return `The server answered with an error (${response.status}). Its terminal says more.`;
  }
}

const sentence = (text) => text.charAt(0).toUpperCase() + text.slice(1) + (text.endsWith(".") ? "" : ".");

function address(path, query) {
  const pairs = Object.entries(query).flatMap(([name, value]) => [value].flat().map((one) => [name, one]));
  return pairs.length ? `${path}?${new URLSearchParams(pairs)}` : path;
}

export const datasets = () => ask("page/datasets");
export const training = (dataset) => ask(address("page/training", { dataset }));

/** What one run answers. */
export function runApi(run) {
  const root = `runs/${encodeURIComponent(run)}`;
  const get = (path, query = {}, signal = undefined) => ask(address(`${root}/${path}`, query), { signal });
  const post = (path, body, signal) =>
    ask(`${root}/${path}`, {
      method: "POST",
      headers: { "Content-Type": "application/json" },
      body: JSON.stringify(body),
      signal,
    });
  const users = new Map();
  return {
    about: () => get("api/about"),
    user(user) {
      if (!users.has(user)) users.set(user, get("page/user", { user }));
      return users.get(user);
    },
    titles: (items) => get("page/items", { item: items }),
    searchUsers: (q, limit, signal) => get("api/users", { q, limit }, signal),
    searchItems: (q, limit, signal) => get("api/items", { q, limit }, signal),
    recommend: (who, k, signal) => post("api/recommend", { ...who, k, exclude_seen: true }, signal),
    similar: (item, k, signal) => get("api/similar", { item, k }, signal),
    why: (who, item) => post("page/why", { ...who, item }),
  };
}
