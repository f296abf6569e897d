"""Bring README's tables up to date with what lies in reports/.

Run as `python -m benchmarks.readme` or `make readme`; with `--check` nothing is written, and the
exit status is 1 where README is behind. The results are those of `dvc repro`, the study is that of
`make study`.
"""

import argparse
import json
import sys
from collections.abc import Sequence
from pathlib import Path

from graphrec.config.params import Params, load_params
from graphrec.config.paths import Paths
from graphrec.config.settings import study_key
from graphrec.reporting.summary_page import results_tables

MARKS = "<!-- {0}: made by `make readme` -->", "<!-- end of {0} -->"


def blocks(params: Params, paths: Paths) -> dict[str, str]:
    """Markdown of each marked block, by its name. Raises FileNotFoundError without the reports."""
    for path, command in ((paths.results, "dvc repro"), (paths.study, "make study")):
        if not path.exists():
            raise FileNotFoundError(f"expected {path}, got none: run `{command}` first")
    results = json.loads(paths.results.read_text())
    study = study_section(paths.study.read_text(), study_key(params))
    return {"results": results_tables(params, results), "study": study}


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
    readme: Path = paths.root / "README.md"
    text = new = readme.read_text()
    try:
        for name, block in blocks(load_params(paths.root / "params.yaml"), paths).items():
            new = insert(new, name, block)
    except (FileNotFoundError, ValueError) as error:
        sys.exit(f"readme: {error}")
    if new == text:
        print(f"{readme}: up to date")
    elif options.check:
        sys.exit(f"readme: {readme} is behind reports/: run `make readme` and commit it")
    else:
        readme.write_text(new)
        print(f"written: {readme}")


if __name__ == "__main__":
    main()
