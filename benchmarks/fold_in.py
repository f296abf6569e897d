"""How good are lists for people whom the model has never seen?

`python -m benchmarks.fold_in --run movielens-base --users 100` trains the run without 100 users who
have ten training interactions or more, folds them in from those interactions, and ranks what they
have in the validation part; beside it the same of the run trained with them, and popularity. The
test part is not read. With `--folder` the data are a published split, as in
benchmarks.published_split. Prints a table and writes reports/benchmarks/fold-in-<of>.json.
"""

import argparse
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
from torch import Tensor

from benchmarks.one_fit import RUN, params_for, print_row
from graphrec.answers.history import History
from graphrec.answers.predictor import Predictor
from graphrec.config.params import Params, load_params, select_run
from graphrec.config.paths import Paths
from graphrec.config.training import RunParams
from graphrec.data.dataset import Dataset
from graphrec.data.interactions import HeldOut, IntArray
from graphrec.data.prepare import prepare
from graphrec.data.readers.choice import read_raw
from graphrec.data.storage import load_dataset
from graphrec.evaluation.results import evaluate_valid, protocol_of, save_json
from graphrec.evaluation.scorers import PredictsLabels, RanksItems
from graphrec.models.trained import TrainedModel
from graphrec.reporting.tables import markdown_table
from graphrec.training.fitting import fit_run

LEAST = 10
"""Training interactions of the users who are left out."""
NAMES = ("ndcg_at_10", "recall_at_20", "rmse")
Values = dict[str, float]


class Task(NamedTuple):
    """A run, and what it is trained on."""

    run: RunParams
    params: Params
    data: Dataset


class NewUsers:
    """A predictor that knows some users by their histories alone, as something to evaluate."""

    def __init__(self, predictor: Predictor, histories: dict[int, History]) -> None:
        self.predictor, self.histories = predictor, histories

    def score_items(self, user: Tensor) -> Tensor:
        return self.predictor.scores([self.histories[each] for each in user.tolist()])

    def predict(self, user: Tensor, item: Tensor) -> Tensor:
        each, row = user.unique(return_inverse=True)
        histories = [self.histories[number] for number in each.tolist()]
        return self.predictor.scores_and_targets(histories)[1][row, item]


class MostPopular:
    """The most popular items for everybody."""

    def __init__(self, predictor: Predictor) -> None:
        self.score = predictor.popularity.score

    def score_items(self, user: Tensor) -> Tensor:
        return self.score.repeat(len(user), 1)


def draw_users(data: Dataset, count: int, seed: int) -> IntArray:
    """So many users with LEAST training interactions, and something relevant to rank."""
    held = data.valid.interactions
    active = np.flatnonzero(np.bincount(data.train.user, minlength=data.num_users) >= LEAST)
    users = np.intersect1d(active, held.user[data.relevant(held)])
    if len(users) < count:
        raise ValueError(
            f"expected {count} users with {LEAST} training interactions and one to rank, got "
            f"{len(users)}: ask for fewer"
        )
    return np.sort(np.random.default_rng(seed).choice(users, count, replace=False))


def without_users(data: Dataset, users: IntArray) -> Dataset:
    """The same data, in which some users have done nothing."""
    train, valid = (~np.isin(part.user, users) for part in (data.train, data.valid.interactions))
    return replace(data, train=data.train[train], valid=held_out(data, valid))


def held_out(data: Dataset, rows: Any) -> HeldOut:
    """Those rows of the validation part."""
    return HeldOut(data.valid.interactions[rows], data.valid.negative[rows])


def measure(task: Task, full: TrainedModel, users: IntArray) -> dict[str, Values]:
    """Measures of some users: folded in, trained on, and by popularity."""
    data = task.data
    fitted = fit_run(task.run, task.params, without_users(data, users), print_row)
    predictor = Predictor(fitted.model, fitted.graph, without_users(data, users))
    histories = {}
    for user in users.tolist():
        mine = data.train[np.flatnonzero(data.train.user == user)]
        histories[user] = History(mine.item, mine.rating)
    theirs = held_out(data, np.isin(data.valid.interactions.user, users))

    def values(model: RanksItems | PredictsLabels) -> Values:
        protocol = protocol_of(task.params, data)
        measured = evaluate_valid(model, replace(data, valid=theirs), protocol).values
        return {name: measured[name] for name in NAMES if name in measured}

    return {
        "folded in": values(NewUsers(predictor, histories)),
        "trained on": values(full),
        "popularity": values(MostPopular(predictor)),
    }


def compare(task: Task, count: int, draws: int) -> list[dict[str, Values]]:
    """The measures of each draw of users."""
    fitted = fit_run(task.run, task.params, task.data, print_row)
    full = TrainedModel(fitted.model, fitted.graph)
    return [measure(task, full, draw_users(task.data, count, seed)) for seed in range(draws)]


def table_of(rows: list[dict[str, Values]]) -> str:
    """Markdown: means over the draws, and each measure over that of the users trained on."""
    names = [name for name in NAMES if name in rows[0]["trained on"]]
    means = {
        who: {name: np.mean([row[who].get(name, np.nan) for row in rows]) for name in names}
        for who in rows[0]
    }
    table = [[who, *(f"{value:.4f}" for value in means[who].values())] for who in means]
    ratio = [f"{means['folded in'][name] / means['trained on'][name]:.3f}" for name in names]
    return markdown_table(["users", *names], [*table, ["ratio", *ratio]])


def published_task(folder: Path, model: str) -> Task:
    params = params_for(model)
    run = params.runs[RUN[model]].model_copy(update={"refit": False})
    about = params.datasets[run.dataset]
    return Task(run, params, prepare(read_raw(folder, about), about, params.seed).data)


def main(arguments: Sequence[str] | None = None, paths: Paths | None = None) -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--run", default="movielens-base", help="of params.yaml")
    parser.add_argument("--folder", type=Path, help="of a published split, in place of a run")
    parser.add_argument("--model", choices=RUN, default="ngcf_final", help="on that split")
    parser.add_argument("--users", type=int, default=100)
    parser.add_argument("--draws", type=int, default=3, help="of users, each with a fit of its own")
    options = parser.parse_args(arguments)
    paths = paths or Paths()
    if options.folder:
        task = published_task(options.folder, options.model)
    else:
        params = load_params(paths.root / "params.yaml")
        run = select_run(params, options.run).model_copy(update={"refit": False})
        task = Task(run, params, load_dataset(paths.training(run.dataset)))
    rows = compare(task, options.users, options.draws)
    name = f"{options.folder.name}/{options.model}" if options.folder else options.run
    output = paths.root / "reports" / "benchmarks" / f"fold-in-{name.replace('/', '-')}.json"
    save_json(output, {"of": name, "users": options.users, "draws": rows})
    print(table_of(rows))


if __name__ == "__main__":
    main()
