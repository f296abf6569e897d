// Test measures of runs and baselines, with standard errors.
import { h } from "./dom.js";
import { number } from "./words.js";

const COLUMNS = [
  ["test_loss", "test loss"],
  ["mse", "MSE"],
  ["log_error", "log error"],
  ["rmse", "RMSE"],
  ["auc", "AUC"],
  ["ndcg_at_10", "NDCG@10"],
  ["recall_at_10", "recall@10"],
  ["mrr_at_10", "MRR@10"],
  ["coverage_at_10", "coverage@10"],
];

export function measuresTable(measures, best, chosen) {
  const columns = COLUMNS.filter(([name]) => measures.some(({ test }) => test[name] !== undefined));
  const groups = ["run", "baseline"].map((kind) => measures.filter((each) => each.kind === kind));
  return [
    h(
      "p",
      { class: "quiet", id: "measures-note" },
      "Mean ± standard error over users. NDCG@10 on validation, never this table, chose the run marked ",
      h("b", {}, "chosen"),
      ".",
    ),
    h(
      "div",
      { class: "scroll", role: "region", tabindex: "0", "aria-labelledby": "measures-heading" },
      h(
        "table",
        { class: "measures", "aria-describedby": "measures-note" },
        h("thead", {}, h("tr", {}, h("th", { scope: "col" }, "run"), columns.map(([, title]) => h("th", { scope: "col" }, title)))),
        groups.filter((group) => group.length).map((group) => h("tbody", {}, group.map((each) => row(each, columns, best, chosen)))),
      ),
    ),
  ];
}

function row({ kind, name, test, standard_error }, columns, best, chosen) {
  return h(
    "tr",
    { class: name === chosen ? "current" : kind },
    h("th", { scope: "row" }, name, name === best && h("b", {}, " chosen")),
    columns.map(([measure]) => {
      if (test[measure] === undefined) return h("td", { class: "figure" }, h("span", { class: "quiet" }, "–"));
      const error = standard_error[measure];
      return h("td", { class: "figure" }, number(test[measure], 3), error > 0 && h("small", {}, ` ± ${number(error, 3)}`));
    }),
  );
}
