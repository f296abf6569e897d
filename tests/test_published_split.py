"""The models on a published split of events, small, with an epoch each."""

import gzip
import json
import math

import numpy as np
import pandas as pd
import pytest

from benchmarks import popularity, published_split
from benchmarks.one_fit import RUN, measure, params_for
from benchmarks.processes import measure_alone
from graphrec.config.paths import Paths
from graphrec.evaluation.bootstrap import UserSums
from graphrec.evaluation.evaluate import Evaluation
from graphrec.evaluation.results import load_measure, save_users

USERS, ITEMS = 30, 20


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    """Two tables, as published; each user has ten items of either half, and tests with two."""
    folder, rng = tmp_path_factory.mktemp("split"), np.random.default_rng(0)
    rows = {"train": ["user,item"], "test": ["user,item"]}
    for user in range(USERS):
        items = rng.permutation(ITEMS // 2) + ITEMS // 2 * (user % 2)
        rows["train"] += [f"{user},{item}" for item in items[:8]]
        rows["test"] += [f"{user},{item}" for item in items[8:]]
    for name, lines in rows.items():
        (folder / f"{name}.csv.gz").write_bytes(gzip.compress("\n".join(lines).encode()))
    return folder


@pytest.mark.parametrize("model", RUN)
def test_a_model_is_measured_before_and_after_its_refit(folder, model):
    row = measure(folder, model, seed=1, epochs=1)
    assert (row["model"], row["seed"], row["best_epoch"]) == (model, 1, 1)
    assert all(0 < row[part][name] <= 1 for part in ("test", "valid") for name in row[part])
    assert row["training_s"] > 0
    assert 0 < row["peak_gb"] < 100
    assert bool(row["learned"]) == (model == "ngcf_final")


def test_another_depth_is_measured_on_validation_alone(folder, tmp_path):
    users = tmp_path / "users.npz"
    row = measure(folder, "lightgcn", seed=0, epochs=1, layers=0, users=users)
    assert row["layers"] == 0
    assert "test" not in row
    assert load_measure(users, "ndcg_at_20").value() == pytest.approx(row["valid"]["ndcg_at_20"])


def test_layers_are_compared_on_validation(folder, tmp_path, capsys):
    arguments = ["--folder", str(folder), "--seeds", "2", "--epochs", "1", "--without-layers"]
    published_split.main([*arguments, "--models", "lightgcn"], Paths(tmp_path))
    output = capsys.readouterr().out
    tree = json.loads((tmp_path / "reports" / "benchmarks" / "published-split.json").read_text())
    assert [fit["layers"] for fit in tree["fits"]] == [3, 3]
    compared = tree["layers"]["lightgcn"]
    whole, without = (np.mean(compared[key]) for key in ("as_it_is", "without"))
    assert whole == pytest.approx(np.mean([fit["valid"]["ndcg_at_20"] for fit in tree["fits"]]))
    assert compared["difference"]["value"] == pytest.approx(without - whole)
    assert f"| ndcg_at_20 | {without - whole:+.4f} |" in output


def test_settings_are_those_of_params_and_what_differs():
    params = params_for("ngcf_final")
    assert params.runs["ngcf-final"].refit
    assert params_for("ngcf_final", 7).train.epochs == 7
    assert params.of(params.runs["ngcf-final"]).monitor == "ndcg_at_10"


def test_every_fit_is_written_down_and_each_model_has_a_row(folder, monkeypatch, tmp_path, capsys):
    calls = []

    def alone(module, *arguments):
        calls.append((module, *arguments))
        seed, users = arguments[3], arguments[-1]
        save_users(users, Evaluation({}, {}, {"ndcg_at_20": UserSums.of(*np.ones((2, 3), int))}))
        measures = {"recall_at_20": 0.1 + seed / 10, "ndcg_at_20": 0.5}
        return {
            "model": arguments[1],
            "seed": seed,
            "layers": 3,
            "best_epoch": 3 + seed,
            "training_s": 60.0,
            "evaluation_s": 9.0,
            "peak_gb": 1.5 + seed,
            "test": measures,
            "valid": measures,
        }

    monkeypatch.setattr(published_split, "measure_alone", alone)
    arguments = ["--folder", str(folder), "--seeds", "2", "--epochs", "1"]
    published_split.main([*arguments, "--models", "lightgcn", "ngcf_final"], Paths(tmp_path))
    expected = ("benchmarks.one_fit", folder, "lightgcn", "--seed", 0, "--epochs", 1, "--users")
    assert calls[0][:-1] == expected
    assert len(calls) == 4
    output = capsys.readouterr().out
    assert "| ngcf_final | 2 | 0.1500 ± 0.0707 | 0.5000 ± 0.0000 |" in output
    assert "| 3–4 | 60 | 9 | 2.50 |" in output
    tree = json.loads((tmp_path / "reports" / "benchmarks" / "published-split.json").read_text())
    assert [fit["model"] for fit in tree["fits"]] == ["lightgcn"] * 2 + ["ngcf_final"] * 2
    # Another model's fits come beside them.
    published_split.main([*arguments, "--models", "ngcf"], Paths(tmp_path))
    assert "| lightgcn | 2 |" in capsys.readouterr().out


def test_a_folder_without_the_tables_is_told(tmp_path, capsys):
    with pytest.raises(SystemExit):
        published_split.main(["--folder", str(tmp_path)])
    assert "expected train.csv.gz and test.csv.gz in" in capsys.readouterr().err


def test_the_last_line_of_a_process_is_what_it_has_measured():
    row = measure_alone("benchmarks.one_size", 5_000, "--steps", 2)
    assert row["interactions"] == 5_000
    assert math.isfinite(row["training_gb"])


def test_popularity_is_of_an_item_s_other_events_in_times_of_the_average_item(folder, capsys):
    popularity.main(["--folder", str(folder)])
    train, test = (pd.read_csv(folder / f"{name}.csv.gz").item for name in ("train", "test"))
    count = train.value_counts()
    expected = test.map(count).mean() / count.mean()
    *_, line = capsys.readouterr().out.splitlines()
    assert line == f"test: {expected:.2f} times the average item"
    assert expected != pytest.approx((train.map(count) - 1).mean() / count.mean())
