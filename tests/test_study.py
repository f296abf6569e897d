"""The study and the ablation, carried out on tiny data with one epoch a fit."""

import json

import pytest
import yaml

from benchmarks import fits
from benchmarks.ablation import CHANGES, WHOLE, ablation_table, change, fit_changed
from benchmarks.fits import Bench, Fit
from benchmarks.study import carry_out, plan, save_study
from graphrec.config.params import check_params, select_run
from graphrec.config.paths import Paths
from graphrec.reporting.tables import markdown_table
from stages.report import insert, study_section
from tests.faults import FILE

TREE = change(yaml.safe_load(FILE.read_text()), {"train.epochs": 1, "threads": 1})


@pytest.fixture(scope="module")
def paths(raw, tmp_path_factory) -> Paths:
    paths = Paths(tmp_path_factory.mktemp("study"))
    paths.study.parent.mkdir()
    paths.raw("imdb").parent.mkdir(parents=True)
    for dataset, folder in raw.items():
        paths.raw(dataset).symlink_to(folder)
    return paths


@pytest.fixture(scope="module")
def bench(paths) -> Bench:
    return Bench(check_params(TREE), paths)


@pytest.fixture(autouse=True)
def _quick(monkeypatch):
    monkeypatch.setattr(fits, "RESAMPLES", 20)
    monkeypatch.setitem(fits.LONG, "epochs", 1)


def test_every_fit_has_a_row_and_the_page_says_with_which_parameters(bench, paths):
    planned = list(plan(bench.params, 2, ["u1", "u2"]))
    save_study(carry_out(bench, planned), "0123abcd", paths)
    page = paths.study.read_text()
    assert {fit.row for fit in planned} <= {
        line.split("|")[1].strip() for line in page.splitlines() if line.startswith("|")
    }
    tree = json.loads(paths.study.with_suffix(".json").read_text())
    rows = [row["row"] for row in tree["fits"]]
    assert set(rows) > {"movielens ease", "imdb hand-set", "movielens ngcf"}
    assert rows.count("movielens-mse refitted, day known") == 3  # two seeds on u1, one on u2
    assert "with other parameters than" in study_section(paths, "ffffffff")
    assert "with other parameters than" not in study_section(paths, "0123abcd")


def test_a_fit_gives_the_same_numbers_again_and_another_seed_others(bench):
    run = select_run(bench.params, "movielens-mse")
    first, second, other = (
        bench.run(Fit("row", run, seed=seed)).test.values["rmse"] for seed in (0, 0, 1)
    )
    assert first == second != other


def test_a_refitted_model_has_no_validation_left(bench):
    run = select_run(bench.params, "movielens-mse")
    assert bench.run(Fit("row", run, refitted=True)).valid is None


@pytest.mark.parametrize(("run", "measure"), CHANGES)
def test_every_change_of_the_ablation_trains_and_is_told(run, measure, paths):
    changes = (WHOLE, *CHANGES[run, measure])
    measured = {changed.what: fit_changed(TREE, run, changed, paths) for changed in changes}
    table = ablation_table(measured, measure)
    assert all(f"| {changed.what} |" in table for changed in changes[1:])
    values = [evaluation.values[measure] for evaluation in measured.values()]
    assert len(set(values)) > len(values) / 2  # most changes change something


def test_a_change_leaves_the_tree_it_was_given_as_it_was():
    before = json.dumps(TREE)
    assert change(TREE, {"train.ema_decay": 0.0})["train"]["averaging"] == 0
    assert json.dumps(TREE) == before
    with pytest.raises(KeyError):
        change(TREE, {"trian.ema_decay": 0.0})


def test_a_table_has_a_line_a_row():
    assert markdown_table(["a", "b"], [["1", "2"]]) == "| a | b |\n| --- | --- |\n| 1 | 2 |"


def test_the_page_goes_one_heading_lower_into_the_summary(paths):
    paths.study.write_text("# Over seeds\n\n`0123abcd`\n\n## Imdb\n")
    assert study_section(paths, "0123abcd") == "## Over seeds\n\n`0123abcd`\n\n### Imdb"


def test_a_page_stands_between_its_own_marks_of_the_readme(tmp_path):
    readme = tmp_path / "README.md"
    marks = [
        f"<!-- {name}: made by stages/report.py -->\nold\n<!-- end of {name} -->"
        for name in ("results", "study")
    ]
    readme.write_text("\n".join(["top", *marks, "bottom"]))
    insert(readme, "study", "new")
    assert readme.read_text().count("old") == 1
    assert "study: made by stages/report.py -->\nnew\n<!-- end of study" in readme.read_text()
    with pytest.raises(ValueError, match="expected the marks"):
        insert(readme, "stady", "new")
