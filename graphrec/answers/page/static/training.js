// How the runs of a data set were trained, and what they measure on the test part.
import { training } from "./api.js";
import { chart } from "./chart.js";
import { byId, h, showError, svg } from "./dom.js";
import { measuresTable } from "./measures.js";
import { go } from "./state.js";
import { number } from "./words.js";

const ERRORS = { mse: "Mean squared error", log_error: "Log error" };
const PARTS = { train: "Training", valid: "Validation" };

let shown = null;
let part = "train";

/** Fills #training for a data set; `chosen` is the run drawn in colour. */
export async function showTraining(dataset, chosen) {
  const key = JSON.stringify([dataset.name, chosen]);
  if (key === shown) return;
  shown = key;
  try {
    const { curves, measures } = await training(dataset.name);
    if (key !== shown) return;
    const pressed = document.activeElement?.closest(".legend");
    byId("training").replaceChildren(curvesSection(curves, chosen), measuresSection(measures, dataset.best, chosen));
    if (pressed) byId("training").querySelector("[aria-pressed=true]").focus();
  } catch (error) {
    shown = null;
    showError(error);
  }
}

function curvesSection(curves, chosen) {
  const charts = h("div", { class: "charts" });
  function draw() {
    const titled = Object.entries(ERRORS);
    charts.replaceChildren(...titled.map(([error, title]) => figure(curves, `${part}_${error}`, title, chosen)));
  }
  const choice = Object.entries(PARTS).map(([name, title]) => {
    const change = () => {
      part = name;
      draw();
    };
    return h("label", {}, h("input", { type: "radio", name: "part", checked: name === part, change }), h("span", {}, title));
  });
  draw();
  return h(
    "section",
    { "aria-labelledby": "curves-heading" },
    h("h2", { id: "curves-heading" }, "Errors by epoch"),
    h("fieldset", { class: "switch" }, h("legend", { class: "hidden" }, "Part of the data"), choice),
    legend(curves, chosen),
    charts,
  );
}

const styleOf = (run, place, chosen) => (run === chosen ? "series chosen" : `series series-${place % 5}`);

function legend(curves, chosen) {
  return h(
    "ul",
    { class: "legend" },
    curves.map(({ run }, place) =>
      h(
        "li",
        {},
        h(
          "button",
          { type: "button", class: styleOf(run, place, chosen), "aria-pressed": String(run === chosen), click: () => go({ run }) },
          svg("svg", { width: 30, height: 8, "aria-hidden": "true" }, svg("path", { d: "M0 4H30" })),
          run,
        ),
      ),
    ),
    h("li", { class: "quiet" }, "A dot marks the epoch that validation chose; a name draws its run in colour."),
  );
}

function figure(curves, column, title, chosen) {
  const series = curves
    .filter(({ columns }) => columns[column])
    .map(({ run, best_epoch, columns }, place) => ({
      name: run,
      best: best_epoch,
      epochs: columns.epoch,
      values: columns[column],
      style: styleOf(run, place, chosen),
      last: run === chosen,
    }))
    .sort((one, other) => one.last - other.last);
  return h(
    "figure",
    {},
    h("figcaption", {}, title),
    chart(series),
    h("details", { class: "rest" }, h("summary", {}, "The same as a table"), table(series, title)),
  );
}

function table(series, title) {
  const epochs = [...new Set(series.flatMap((each) => each.epochs))].sort((one, other) => one - other);
  const value = (each, epoch) => each.values[each.epochs.indexOf(epoch)];
  return h(
    "div",
    { class: "scroll", role: "region", tabindex: "0", "aria-label": `${title} by epoch` },
    h(
      "table",
      {},
      h("thead", {}, h("tr", {}, h("th", { scope: "col" }, "epoch"), series.map(({ name }) => h("th", { scope: "col" }, name)))),
      h(
        "tbody",
        {},
        epochs.map((epoch) =>
          h(
            "tr",
            {},
            h("th", { scope: "row" }, String(epoch)),
            series.map((each) => h("td", { class: "figure" }, value(each, epoch) === undefined ? "" : number(value(each, epoch), 4))),
          ),
        ),
      ),
    ),
  );
}

function measuresSection(measures, best, chosen) {
  return h(
    "section",
    { "aria-labelledby": "measures-heading" },
    h("h2", { id: "measures-heading" }, "On the test part"),
    measures.length ? measuresTable(measures, best, chosen) : h("p", {}, "Nothing was evaluated yet."),
  );
}
