"""The pages' marked blocks, brought up to date from reports/ or found to be behind."""

import json

import pytest

from benchmarks.published_split import report_of
from benchmarks.readme import MARKS, insert, main, overview, study_section
from graphrec.config.paths import Paths
from graphrec.config.settings import study_key
from tests.faults import FILE, PARAMS

RESULTS = ("results", "study", "published")
"""Blocks of docs/results.md."""
PAGE = "# Over seeds\n\n`0123abcd`\n\n## Imdb\n\n| a |\n\n## Paired comparisons\n\n| b |\n"


def marked(**blocks: str) -> str:
    """A page with each block between its marks."""
    return "\n".join(
        f"{MARKS[0].format(name)}\n{block}\n{MARKS[1].format(name)}"
        for name, block in blocks.items()
    )


@pytest.fixture
def paths(tmp_path) -> Paths:
    """A project with results of one baseline and no run, a study, and pages of old."""
    paths = Paths(tmp_path)
    params = FILE.read_text().partition("\nruns:")[0] + "\nruns: {}\n"
    (tmp_path / "params.yaml").write_text(params)
    paths.results.parent.mkdir()
    parts = {"test": {"mse": 1.25}, "test_standard_error": {"mse": 0.5}, "valid": {"mse": 1.5}}
    baselines = {dataset: {"constant": parts} for dataset in PARAMS.datasets}
    paths.results.write_text(json.dumps({"runs": {}, "baselines": baselines}))
    paths.study.write_text(PAGE.replace("0123abcd", study_key(PARAMS)))
    report_of(paths).parent.mkdir()
    report_of(paths).write_text('{"fits": []}')
    (tmp_path / "README.md").write_text(f"top\n{marked(overview='old')}\nbottom\n")
    (tmp_path / "docs").mkdir()
    page = marked(**dict.fromkeys(RESULTS, "old"))
    (tmp_path / "docs" / "results.md").write_text(page)
    return paths


def test_a_page_that_is_behind_fails_the_check_until_it_is_brought_up_to_date(paths, capsys):
    readme = paths.root / "README.md"
    before = readme.read_text()
    with pytest.raises(SystemExit, match="is behind"):
        main(["--check"], paths)
    assert readme.read_text() == before
    main([], paths)
    main(["--check"], paths)
    assert "up to date" in capsys.readouterr().out
    text = readme.read_text()
    assert text.startswith("top\n")
    assert text.endswith("bottom\n")
    assert text.count("best baseline") == len(PARAMS.datasets)
    text = (paths.root / "docs" / "results.md").read_text()
    assert text.count("1.2500 ± 0.5000") == len(PARAMS.datasets)
    assert "## Over seeds" in text
    assert "with other parameters than" not in text


@pytest.mark.parametrize("missing", ["results", "study"])
def test_without_a_report_it_says_what_makes_it(missing, paths):
    getattr(paths, missing).unlink()
    with pytest.raises(SystemExit, match=r"run `(dvc repro|make study)` first"):
        main([], paths)


def test_the_study_goes_one_heading_lower_without_its_comparisons():
    section = study_section(PAGE, "0123abcd")
    assert section == "## Over seeds\n\n`0123abcd`\n\n### Imdb\n\n| a |"
    assert "with other parameters than" in study_section(PAGE, "ffffffff")


def test_a_block_stands_between_its_own_marks():
    text = insert(marked(results="old", study="old"), "study", "new")
    assert text == marked(results="old", study="new")
    with pytest.raises(ValueError, match="expected the marks"):
        insert(text, "stady", "new")


def test_the_project_s_own_pages_have_the_marks():
    for page, names in {"README.md": ["overview"], "docs/results.md": [*RESULTS]}.items():
        text = (FILE.parent / page).read_text()
        for name in names:
            assert insert(text, name, "new") != text


def test_the_best_baseline_is_the_one_that_is_best_by_each_measure():
    baselines = {
        "means": {"test": {"rmse": 1.0, "auc": 0.5}},
        "ranker": {"test": {"rmse": 1.5, "ndcg_at_10": 0.25, "auc": 0.625}},
    }
    results = {"runs": {}, "baselines": dict.fromkeys(PARAMS.datasets, baselines)}
    params = PARAMS.model_copy(update={"runs": {}})
    cells = overview(params, results).splitlines()[2].split(" | ")
    assert [cell.strip(" |") for cell in cells[1:]] == ["", "1.0000", "", "0.2500", "0.6250"]
