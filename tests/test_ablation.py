"""The ablation, carried out on tiny data with one epoch a fit."""

import json

import numpy as np
import pytest

from benchmarks import ablation
from benchmarks.ablation import (
    Setting,
    Trial,
    ablation_table,
    changes_of,
    fit_changed,
    mean_over_seeds,
)
from benchmarks.ablation_changes import (
    CHANGES,
    MEASURES,
    NETWORK_ALONE,
    WHOLE,
    measure_of,
)
from benchmarks.bench import Bench
from benchmarks.settings import change
from graphrec.config.params import check_params
from graphrec.config.paths import Paths
from graphrec.evaluation.bootstrap import UserSums
from graphrec.evaluation.evaluate import Evaluation
from tests import faults

TREE = change(faults.TREE, {"train.epochs": 1, "threads": 1})


@pytest.fixture(scope="module")
def setting(raw, tmp_path_factory) -> Setting:
    paths = Paths(tmp_path_factory.mktemp("ablation"))
    paths.raw("imdb").parent.mkdir(parents=True)
    for dataset, folder in raw.items():
        paths.raw(dataset).symlink_to(folder)
    return Setting(TREE, Bench(check_params(TREE), paths), resamples=20)


@pytest.mark.parametrize("run", CHANGES)
def test_every_change_trains_and_is_named(run, setting):
    changes = (WHOLE, *CHANGES[run])
    measured = {each.label: [fit_changed(setting, Trial(run, each))] for each in changes}
    table = ablation_table(measured, MEASURES[run])
    assert all(f"| {changed.label} |" in table for changed in changes[1:])
    values = [evaluation.values[MEASURES[run]] for (evaluation,) in measured.values()]
    assert len(set(values)) > len(values) / 2  # most changes change something


def test_seeds_differ_and_are_averaged(setting):
    first, second = (
        fit_changed(setting, Trial("movielens-mse", NETWORK_ALONE, seed)) for seed in (0, 1)
    )
    assert first.values["rmse"] != second.values["rmse"]
    mean = mean_over_seeds([first, second])
    assert mean.values["rmse"] == pytest.approx((first.values["rmse"] + second.values["rmse"]) / 2)
    np.testing.assert_allclose(mean.draws["mse"], (first.draws["mse"] + second.draws["mse"]) / 2)
    both = (first.users["mse"].value() + second.users["mse"].value()) / 2
    assert mean.users["mse"].value() == pytest.approx(both)


def measured(*values: float) -> list[Evaluation]:
    """A seed for each value, the same for all of three resamples."""
    sums = UserSums(np.arange(1), np.ones(1), np.ones(1))
    return [
        Evaluation({"ndcg_at_10": value}, {"ndcg_at_10": np.full(3, value)}, {"ndcg_at_10": sums})
        for value in values
    ]


def test_a_row_has_the_difference_of_the_means_and_the_deviation_over_seeds():
    table = ablation_table(
        {"as it is": measured(0.2, 0.4), "without a": measured(0.1, 0.3)}, "ndcg_at_10"
    )
    head, _, row = table.splitlines()
    assert "0.3000 ± 0.1414 as it is" in head
    assert "| without a | 0.2000 ± 0.1414 | ndcg_at_10 | -0.1000 | -0.1000 … -0.1000 |" in row
    assert "0.2000 |" in ablation_table({"a": measured(0.1), "b": measured(0.2)}, "ndcg_at_10")


def test_any_other_run_has_the_changes_that_suit_it(setting):
    tree = change(TREE, {"runs.imdb-soft.model": "ngcf", "runs.imdb-layers3.layers": 1})
    params = check_params(tree)
    setting = setting._replace(tree=tree, bench=setting.bench.under(params))
    labels = {
        name: [each.label for each in changes_of(name, setting)]
        for name in ("imdb-soft", "imdb-layers3", "movielens-layers4")
    }
    depths = ["0 layers: no graph", "1 layer"]
    assert labels["imdb-soft"] == depths
    alone = ["network alone", "filters alone"]
    both = ["without content", "without co_occurrence"]
    assert labels["imdb-layers3"] == [*alone, *both, depths[0]]
    assert labels["movielens-layers4"] == [*alone, *depths]
    measures = {name: measure_of(name, params.runs[name], params) for name in TREE["runs"]}
    assert measures["imdb-layers3"] == "ndcg_at_20"
    assert measures["movielens-mse"] == "rmse"


def test_nothing_is_started_that_was_not_asked_for(capsys, monkeypatch):
    monkeypatch.setattr(ablation, "fit_changed", None)  # calling it would fail
    for arguments, status in ((["--help"], 0), (["base"], 2)):
        with pytest.raises(SystemExit) as caught:
            ablation.main(arguments)
        assert caught.value.code == status
    assert "--runs" in capsys.readouterr().out
    with pytest.raises(SystemExit, match=r"expected runs of params.yaml, got no-such-run"):
        ablation.main(["--runs", "no-such-run"])


def test_the_ablation_of_some_runs_is_of_these_alone(monkeypatch, setting):
    def quick(_: Setting, trial: Trial) -> Evaluation:
        assert trial.change.label
        return fit_changed(setting, trial._replace(change=WHOLE))

    monkeypatch.setattr(ablation, "fit_changed", quick)
    wanted = [each.label for each in CHANGES["imdb-base"][1:3]]
    arguments = ["--runs", "imdb-base", "--seeds", "2", "--changes", *wanted]
    ablation.main(arguments, setting.bench.paths)
    page = setting.bench.paths.ablation
    headings = [row for row in page.read_text().splitlines() if row.startswith("## ")]
    assert headings == ["## imdb-base"]
    assert "means over 2 seeds" in page.read_text()
    values = json.loads(page.with_suffix(".json").read_text())["runs"]
    assert list(values) == ["imdb-base"]
    assert set(values["imdb-base"]) == {WHOLE.label, *wanted}
