"""Put all runs side by side: metrics.json, the summary, comparison figures, the README's table.

Brings MLflow in line with them at last.

Run as `python -m stages.report`.
"""

from pathlib import Path

from graphrec.config.params import load_params, study_key
from graphrec.config.paths import Paths
from graphrec.data.interactions import load_training_data
from graphrec.evaluation.results import save_json
from graphrec.reporting.figures import draw_comparison, save
from graphrec.reporting.summary import (
    COLUMNS,
    collect,
    credits_table,
    factor_table,
    layers_table,
    results_table,
)
from graphrec.reporting.tables import MEAN_COSINE
from graphrec.tracking import synchronise

MARKS = "<!-- {0}: made by stages/report.py -->", "<!-- end of {0} -->"


def main() -> None:
    params, paths = load_params(), Paths()
    tree = collect(params, paths)
    save_json(paths.metrics, tree)
    tables = {dataset: results_table(params, tree, dataset) for dataset in COLUMNS}
    results = "\n\n".join(f"**{dataset}**\n\n{table}" for dataset, table in tables.items())
    study = study_section(paths, study_key(params))
    text = SUMMARY.format(
        results=results,
        factors=factor_table(params, paths),
        likeness=f"{MEAN_COSINE}\n\n{layers_table(params, paths)}",
        credits=credits_table(params, paths, load_training_data(paths.training("imdb"))),
        study=study,
    )
    paths.summary.write_text(text)
    for dataset, columns in COLUMNS.items():
        named = {
            name: tree["runs"][name] for name, run in params.runs.items() if run.dataset == dataset
        } | tree["baselines"][dataset]
        values, standard_errors = (
            {name: parts[part] for name, parts in named.items()}
            for part in ("test", "test_standard_error")
        )
        figure = draw_comparison(values, standard_errors, columns)
        save(figure, paths.figures / f"{dataset}.png")
    insert(Path("README.md"), "results", results)
    insert(Path("README.md"), "study", study.partition("### Paired")[0].strip())
    synchronise(list(params.runs), paths)


def study_section(paths: Paths, key: str) -> str:
    """The study's page, its headings one lower; says so where it was made with other parameters."""
    page = f"\n{paths.study.read_text()}".replace("\n#", "\n##").strip()
    if f"`{key}`" not in page:
        page += "\n\n**Made with other parameters than today's: run `make study` again.**"
    return page


def insert(readme: Path, name: str, made: str) -> None:
    """Replace what stands between two marks of the README. Raises ValueError without them."""
    text = readme.read_text()
    begin, end = (mark.format(name) for mark in MARKS)
    before, found, rest = text.partition(begin)
    _, ended, after = rest.partition(end)
    if not (found and ended):
        raise ValueError(f"expected the marks {begin!r} and {end!r} in {readme}, got none")
    readme.write_text(f"{before}{begin}\n{made}\n{end}{after}")


SUMMARY = """# The ten runs

Test values with their standard deviation over bootstrap n_resamples of the test users; validation
values beside them, since validation chose every epoch. Baselines in italics.

{results}

## What each factor is worth

Each run against the base run of its data set, on the test users: difference, its 95 % interval
(paired bootstrap over users), and a verdict after Holm's correction over all rows.

{factors}

## How alike the nodes become

{likeness}

## Actors by what is known of them

In brackets the number of actors with a test credit.

{credits}

{study}"""

if __name__ == "__main__":
    main()
