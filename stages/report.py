"""Put all runs side by side: metrics.json, the summary, comparison figures, the README's table.

Brings MLflow in line with them at last.

Run as `python -m stages.report`.
"""

from pathlib import Path

from graphrec.comparison import save_json
from graphrec.figures import draw_comparison, save
from graphrec.interactions import load_training_data
from graphrec.params import load_params, study_key
from graphrec.paths import Paths
from graphrec.summary import COLUMNS, collect, credits_table, factor_table, results_table
from graphrec.tracking import synchronise

BEGIN, END = "<!-- results: made by stages/report.py -->", "<!-- end of results -->"


def main() -> None:
    params, paths = load_params(), Paths()
    tree = collect(params, paths)
    save_json(paths.metrics, tree)
    tables = {dataset: results_table(params, tree, dataset) for dataset in COLUMNS}
    results = "\n\n".join(f"**{dataset}**\n\n{table}" for dataset, table in tables.items())
    text = SUMMARY.format(
        results=results,
        factors=factor_table(params, paths),
        credits=credits_table(params, paths, load_training_data(paths.training("imdb"))),
        study=study_section(paths, study_key(params)),
    )
    paths.summary.write_text(text)
    for dataset, columns in COLUMNS.items():
        named = {
            name: tree["runs"][name] for name, run in params.runs.items() if run.dataset == dataset
        } | tree["baselines"][dataset]
        values, deviations = (
            {name: parts[part] for name, parts in named.items()} for part in ("test", "test_std")
        )
        figure = draw_comparison(values, deviations, columns)
        save(figure, paths.figures / f"{dataset}.png")
    insert(Path("README.md"), results)
    synchronise(list(params.runs), paths)


def study_section(paths: Paths, key: str) -> str:
    """The study's page, one heading lower; says so where it was made with other parameters."""
    page = paths.study.read_text().replace("\n#", "\n##").removeprefix("#")
    if f"`{key}`" in page:
        return f"#{page}"
    return f"**Made with other parameters than the above: run `make study` again.**\n\n#{page}"


def insert(readme: Path, results: str) -> None:
    """Replace what stands between the two marks of the README. Raises ValueError without them."""
    text = readme.read_text()
    before, begin, rest = text.partition(BEGIN)
    _, end, after = rest.partition(END)
    if not (begin and end):
        raise ValueError(f"expected the marks {BEGIN!r} and {END!r} in {readme}, got none")
    readme.write_text(f"{before}{BEGIN}\n{results}\n{END}{after}")


SUMMARY = """# The ten runs

Test values with their standard deviation over bootstrap resamples of the test users; validation
values beside them, since validation chose every epoch. Yardsticks in italics.

{results}

## What each factor is worth

Each run against the base run of its data set, on the test users: difference, its 95 % interval
(paired bootstrap over users), and a verdict after Holm's correction over all rows.

{factors}

## Actors by what is known of them

In brackets the number of actors with a test credit.

{credits}

{study}"""

if __name__ == "__main__":
    main()
