"""How good are scores of items that the model has never seen, by side information alone?

`python -m benchmarks.new_items --run movielens-base` trains the run without a tenth of the items,
scores these by `Predictor.score_new_item`, and ranks them among each other for each user by what
the user has with them in the validation part. Beside it the run trained with them, the model's own
score of an item in the catalogue that nobody has had, and chance. The test part is not read. Prints
a table and writes reports/benchmarks/new-items-<run>.json.
"""

import argparse
from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from benchmarks.fold_in import Task, Values, held_out
from benchmarks.one_fit import print_row
from graphrec.answers.errors import AnswerError
from graphrec.answers.new_items import BLOCK, NewItems
from graphrec.answers.predictor import Predictor
from graphrec.config.params import load_params, select_run
from graphrec.config.paths import Paths
from graphrec.data.dataset import Dataset
from graphrec.data.interactions import IntArray, Interactions
from graphrec.data.storage import load_dataset
from graphrec.evaluation.metrics import ndcg_at_k
from graphrec.evaluation.results import save_json
from graphrec.reporting.tables import markdown_table
from graphrec.training.fitting import fit_run

SHARE = 0.1
"""Of the items, left out."""
K = 10


def draw_items(data: Dataset, seed: int) -> IntArray:
    """SHARE of the items with a training interaction, sorted."""
    active = np.unique(data.train.item)
    size = max(int(SHARE * len(active)), 2)
    return np.sort(np.random.default_rng(seed).choice(active, size, replace=False))


def with_likeness(maker: NewItems, data: Dataset, items: IntArray) -> tuple[IntArray, NDArray[Any]]:
    """Those that any item is like, and their weights (items of the data, items)."""
    numbers, columns = [], []
    for item in items.tolist():
        try:
            columns.append(maker.weights(features_of(data, item)))
            numbers.append(item)
        except AnswerError:
            continue  # nothing is known of it that another has
    print(f"{len(items)} items left out, {len(numbers)} of them with a likeness to others")
    return np.array(numbers), np.stack(columns, axis=1)


def without_items(data: Dataset, items: IntArray) -> Dataset:
    """The same data, in which nobody has had some of the items."""
    train, valid = (~np.isin(part.item, items) for part in (data.train, data.valid.interactions))
    return replace(data, train=data.train[train], valid=held_out(data, valid))


def features_of(data: Dataset, item: int) -> dict[str, Any]:
    """What is known of an item, as somebody would write it down."""
    features: dict[str, Any] = {}
    for name, block in data.items.features.items():
        row = block.matrix[[item]]
        if len(row.indices):
            values = [str(column) for column in block.columns[row.indices]]
            several = block.kind == "multi_valued"
            features[name] = values if several else values[0]
            if block.kind == "numeric":
                features[name] = float(row.data[0])
    return features


def scores_and_targets(predictor: Predictor) -> tuple[Tensor, Tensor]:
    """(users, items) each, of all training users."""
    users = [predictor.known(user) for user in range(predictor.data.num_users)]
    blocks = [users[start : start + BLOCK] for start in range(0, len(users), BLOCK)]
    scores, targets = zip(*map(predictor.scores_and_targets, blocks), strict=True)
    return torch.cat(scores), torch.cat(targets)


def marked(data: Dataset, items: IntArray, pairs: Interactions) -> Tensor:
    """(users, len(items)) which of the pairs are among the interactions."""
    table = pairs.matrix(data.num_users, data.num_items)[:, items]
    return torch.from_numpy(table.toarray() > 0)


def measures(scores: Tensor, relevant: Tensor, seen: Tensor) -> Values:
    """AUC and NDCG of the rows of scores (users, items) without what is `seen`: means over users
    with something relevant and something else; a tie is half a hit for the one, none for the
    other."""
    aucs, ndcgs = [], []
    for score, mine, others in zip(scores, relevant & ~seen, ~relevant & ~seen, strict=True):
        if mine.any() and others.any():
            positive, _ = score[mine].sort(descending=True)
            difference = positive[:, None] - score[others]
            aucs.append(((difference > 0) + 0.5 * (difference == 0)).mean())
            rank = (difference <= 0).sum(dim=1) + torch.arange(len(positive)) + 1
            ndcgs.append(ndcg_at_k(torch.zeros_like(rank), rank, K).mean())
    return {
        "auc": float(torch.stack(aucs).mean()),
        f"ndcg_at_{K}": float(torch.stack(ndcgs).mean()),
    }


def measure(task: Task, full: Predictor, seed: int) -> dict[str, Values]:
    """Measures of one draw of items: unseen, in the catalogue without interactions, trained on."""
    data = task.data
    items = draw_items(data, seed)
    part = without_items(data, items)
    fitted = fit_run(task.run, task.params, part, print_row)
    predictor = Predictor(fitted.model, fitted.graph, part)
    maker = NewItems(part)
    items, weights = with_likeness(maker, data, items)
    known = scores_and_targets(predictor)
    histories = [predictor.known(user) for user in range(data.num_users)]
    new = maker.means(*known, histories, weights)
    columns = torch.from_numpy(items)
    pairs = data.valid.interactions
    relevant = marked(data, items, pairs[data.relevant(pairs)])
    seen = marked(data, items, data.train)
    rows = np.isin(pairs.item, items)
    user, place = torch.from_numpy(pairs.user[rows]), np.searchsorted(items, pairs.item[rows])

    own = maker.own_means(histories)

    def values(scores: Tensor, targets: Tensor) -> Values:
        measured = measures(scores, relevant, seen)
        if data.explicit:
            error = targets[user, torch.from_numpy(place)].numpy() - pairs.rating[rows]
            measured["rmse"] = float(np.sqrt(np.mean(error**2)))
        return measured

    chance = torch.rand(data.num_users, len(items), generator=torch.Generator().manual_seed(seed))
    return {
        "by side information": values(*new),
        "in the catalogue": values(*(each[:, columns] for each in known)),
        "trained on": values(*(each[:, columns] for each in scores_and_targets(full))),
        "at random, the person's mean": values(chance, own[:, None].expand(-1, len(items))),
    }


def table_of(rows: list[dict[str, Values]]) -> str:
    """Markdown, means over the draws."""
    names = [*rows[0]["trained on"]]
    table = []
    for who in rows[0]:
        means = [np.mean([row[who].get(name, np.nan) for row in rows]) for name in names]
        table.append([who, *(f"{mean:.4f}" for mean in means)])
    return markdown_table(["new items", *names], table)


def main(arguments: Sequence[str] | None = None, paths: Paths | None = None) -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--run", default="movielens-base", help="of params.yaml")
    parser.add_argument("--draws", type=int, default=3, help="of items, each with a fit of its own")
    options = parser.parse_args(arguments)
    paths = paths or Paths()
    params = load_params(paths.root / "params.yaml")
    run = select_run(params, options.run).model_copy(update={"refit": False})
    task = Task(run, params, load_dataset(paths.training(run.dataset)))
    fitted = fit_run(run, params, task.data, print_row)
    full = Predictor(fitted.model, fitted.graph, task.data)
    rows = [measure(task, full, seed) for seed in range(1, options.draws + 1)]
    output = paths.root / "reports" / "benchmarks" / f"new-items-{options.run}.json"
    save_json(output, {"of": options.run, "share": SHARE, "draws": rows})
    print(table_of(rows))


if __name__ == "__main__":
    main()
