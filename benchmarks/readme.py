"""Bring the tables of README.md and docs/results.md up to date with what lies in reports/.

Run as `python -m benchmarks.readme` or `make readme`; with `--check` nothing is written, and the
exit status is 1 where a page is behind. The results are those of `dvc repro`, the study is that of
`make study`, the published split that of `python -m benchmarks.published_split`.
"""

import argparse
import json
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from benchmarks.published_split import report_of
from benchmarks.published_tables import tables
from graphrec.config.files import write_text
from graphrec.config.params import Params, load_params
from graphrec.config.paths import Paths
from graphrec.config.settings import study_key
from graphrec.evaluation.metrics import higher_is_better
from graphrec.reporting.summary_page import results_tables
from graphrec.reporting.tables import markdown_table

MARKS = "<!-- {0}: made by `make readme` -->", "<!-- end of {0} -->"
MEASURES = {
    "test_loss": "test loss",
    "rmse": "RMSE",
    "recall_at_10": "recall@10",
    "ndcg_at_10": "ndcg@10",
    "auc": "AUC",
}
"""What README shows of each run, and what it is called there."""


def blocks(params: Params, paths: Paths) -> dict[str, dict[str, str]]:
    """Markdown of each marked block, by page and name. Raises FileNotFoundError without reports."""
    published = report_of(paths)
    for path, command in (
        (paths.results, "dvc repro"),
        (paths.study, "make study"),
        (published, "python -m benchmarks.published_split"),
    ):
        if not path.exists():
            raise FileNotFoundError(f"expected {path}, got none: run `{command}` first")
    results = json.loads(paths.results.read_text())
    study = study_section(paths.study.read_text(), study_key(params))
    pages = {"results": results_tables(params, results), "study": study}
    pages["published"] = tables(json.loads(published.read_text()))
    return {"README.md": {"overview": overview(params, results)}, "docs/results.md": pages}


def overview(params: Params, results: dict[str, Any]) -> str:
    """A row a run, and of each data set one of the best baseline by each measure."""
    rows = []
    for dataset in params.datasets:
        for name, run in params.runs.items():
            if run.dataset == dataset:
                rows.append([name, *_cells(results["runs"][name]["test"])])
        baselines = [parts["test"] for parts in results["baselines"][dataset].values()]
        best = {
            name: (max if higher_is_better(name) else min)(values)
            for name in MEASURES
            if (values := [each[name] for each in baselines if name in each])
        }
        rows.append([f"*{dataset}, best baseline*", *_cells(best)])
    return markdown_table(["run", *MEASURES.values()], rows)


def _cells(values: dict[str, float]) -> list[str]:
    return [f"{values[name]:.4f}" if name in values else "" for name in MEASURES]


def study_section(page: str, key: str) -> str:
    """The tables of the study's page, its headings one lower, without its comparisons.

    Says so where the page was made with other parameters than those that `key` names.
    """
    section = f"\n{page}".replace("\n#", "\n##").partition("\n### Paired")[0].strip()
    if f"`{key}`" not in page:
        section += "\n\n**Made with other parameters than today's: run `make study` again.**"
    return section


def insert(text: str, name: str, block: str) -> str:
    """`text` with another block between the marks of that name. Raises ValueError without them."""
    begin, end = (mark.format(name) for mark in MARKS)
    before, has_begin, rest = text.partition(begin)
    _, has_end, after = rest.partition(end)
    if not (has_begin and has_end):
        raise ValueError(f"expected the marks {begin!r} and {end!r}, got none: put them back")
    return f"{before}{begin}\n{block}\n{end}{after}"


def main(arguments: Sequence[str] | None = None, paths: Paths | None = None) -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--check", action="store_true", help="write nothing; fail where behind")
    options = parser.parse_args(arguments)
    paths = paths or Paths()
    try:
        for page, named in blocks(load_params(paths.root / "params.yaml"), paths).items():
            bring_up_to_date(paths.root / page, named, options.check)
    except (FileNotFoundError, ValueError) as error:
        sys.exit(f"readme: {error}")


def bring_up_to_date(page: Path, named: dict[str, str], check: bool) -> None:
    """Put the blocks into a page. Raises ValueError where it is behind and is to be checked."""
    text = new = page.read_text()
    for name, block in named.items():
        new = insert(new, name, block)
    if new == text:
        print(f"{page}: up to date")
    elif check:
        raise ValueError(f"{page} is behind reports/: run `make readme` and commit it")
    else:
        write_text(page, new)
        print(f"written: {page}")


if __name__ == "__main__":
    main()
