// Puts the page together: which run, which view, and who reads the state.
import { datasets, runApi } from "./api.js";
import { byId, h, showError } from "./dom.js";
import { makePerson } from "./person.js";
import { makeList } from "./recommend.js";
import { makeSimilar } from "./similar.js";
import { addressOf, changed, go, onState } from "./state.js";
import { showTraining } from "./training.js";

const VIEWS = { recommend: "Recommendations", training: "Training" };

let all = [];
let current = { run: null, panels: [], api: null };

const datasetOf = (run) => all.find(({ runs }) => runs.some(({ name }) => name === run));
const options = (names) => names.map((name) => h("option", { value: name }, name));

async function show(state) {
  const run = state.run ?? all[0].best;
  const dataset = datasetOf(run);
  if (!dataset) return showError(new Error(`There is no run ${run} in models/: choose another above.`));
  showError(null);
  showFrame(state, run, dataset);
  if (state.view === "training") return showTraining(dataset, run);
  try {
    if (current.run !== run && !(await enter(run))) return;
    if (state.user == null && !state.chosen) {
      const [first] = await current.api.searchUsers("", 1);
      if (first) go({ user: first.id }, true);
      return;
    }
  } catch (error) {
    return showError(error);
  }
  for (const update of current.panels) update(state);
}

/** Loads a run's words and makes its panels; false if another run was asked for meanwhile. */
async function enter(run) {
  current = { run, panels: [], api: runApi(run) };
  try {
    const about = await current.api.about();
    if (current.run !== run) return false;
    current.panels = [makePerson, makeList, makeSimilar].map((make) => make(current.api, about));
    return true;
  } catch (error) {
    current.run = null;
    throw error;
  }
}

function showFrame(state, run, dataset) {
  byId("dataset").value = dataset.name;
  byId("run").replaceChildren(...options(dataset.runs.map(({ name }) => name)));
  byId("run").value = run;
  document.title = `${VIEWS[state.view]} · ${run} · graphrec`;
  for (const view of Object.keys(VIEWS)) {
    byId(view).hidden = view !== state.view;
    const link = byId(`to-${view}`);
    link.href = addressOf({ ...state, view });
    if (view === state.view) link.setAttribute("aria-current", "page");
    else link.removeAttribute("aria-current");
  }
}

function listen() {
  byId("dataset").addEventListener("change", ({ target }) => {
    const { best } = all.find(({ name }) => name === target.value);
    go({ run: best, user: null, chosen: null, why: null, similar: null });
  });
  byId("run").addEventListener("change", ({ target }) => go({ run: target.value }));
  for (const view of Object.keys(VIEWS)) {
    byId(`to-${view}`).addEventListener("click", (event) => {
      if (event.metaKey || event.ctrlKey || event.shiftKey || event.button) return;
      event.preventDefault();
      go({ view });
    });
  }
}

try {
  all = await datasets();
  byId("dataset").replaceChildren(...options(all.map(({ name }) => name)));
  listen();
  onState(show);
  changed();
} catch (error) {
  showError(error);
}
