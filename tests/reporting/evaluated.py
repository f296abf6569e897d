"""The files that evaluate, baseline and train leave, as far as reports read them."""

import numpy as np

from graphrec.config.params import Params
from graphrec.config.paths import Paths
from graphrec.evaluation.bootstrap import UserSums
from graphrec.evaluation.evaluate import Evaluation
from graphrec.evaluation.results import save_json, save_users
from graphrec.reporting.summary import columns

NUM_USERS = 60
FEW = {"mse": 1.25}
RANKED = {"ndcg_at_10": 0.5, "mse": 2.0}


def measures(params: Params) -> list[str]:
    return sorted({name for dataset in params.datasets for name in columns(params, dataset)})


def save_sums(path, names, user, values) -> None:
    sums = {name: UserSums(user, values, np.ones(len(user))) for name in names}
    save_users(path, Evaluation({}, {}, sums))


def leave_evaluations(params: Params, paths: Paths) -> None:
    """Run number n has validation -n and test +n, so that the best on validation is never the best
    on test."""
    rng = np.random.default_rng(0)
    common, user, names = rng.normal(size=NUM_USERS), np.arange(NUM_USERS), measures(params)
    for number, run in enumerate(params.runs):
        valid, test = (dict.fromkeys(names, 10.123456 + sign * number) for sign in (-1, 1))
        parts = {"valid": valid, "test": test, "test_standard_error": dict.fromkeys(names, 0.5)}
        save_json(
            paths.evaluation(run) / "evaluation.json",
            {"content": "0123456789", "mean_cosine": [0.1] * (number % 4)} | parts,
        )
        save_json(paths.settings(run), {"best_epoch": number + 1})
        sums = {
            name: UserSums(user, common + number + rng.normal(size=NUM_USERS), np.ones(NUM_USERS))
            for name in names
        }
        save_users(paths.evaluation(run) / "users.npz", Evaluation({}, {}, sums))
    for dataset in params.datasets:
        folder = paths.baselines(dataset)
        baselines = {
            "constant": dict.fromkeys(("valid", "test", "test_standard_error"), FEW),
            "ease": dict.fromkeys(("valid", "test", "test_standard_error"), RANKED),
        }
        save_json(folder / "evaluation.json", baselines)
        save_sums(folder / "constant.npz", FEW, user, common)
        save_sums(folder / "ease.npz", RANKED, user, common)
