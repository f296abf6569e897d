"""Commands about all users, and about the model itself."""

from pathlib import Path

import click

from graphrec.answers import command_line as cli
from graphrec.answers.output import Format, text_of


@click.command()
@click.option("--users", type=cli.FILE, metavar="FILE", help="An id in each line; all without it.")
@click.option("--out", type=cli.FILE, required=True, metavar="FILE", help=".parquet, .csv, .json.")
@cli.k
@cli.where
@cli.include_seen
@cli.source
def batch(
    users: Path | None,
    out: Path,
    k: int,
    where: tuple[str, ...],
    include_seen: bool,
    **source: str | None,
) -> None:
    """Recommendations for many users, in a file: user, rank, item, title, score, rating or chance.

    \b
    graphrec batch --out top.parquet -k 20
    graphrec batch --users users.txt --out top.csv
    """
    from graphrec.answers.batch import read_users, write_batch, writer_of

    writer_of(out)  # before the model is loaded
    import torch

    from graphrec.config.machine import keep_freed_memory, set_threads

    threads = torch.get_num_threads()
    answers = cli.load_answers(**source)
    set_threads(threads)  # users of the training data have the same lists on any number of them
    keep_freed_memory()
    chosen, repeated = read_users(users, answers)
    if repeated:
        cli.note(f"{repeated} lines of {users} name a user again: each is answered once")
    rows = write_batch(answers, chosen, out, k, include_seen, cli.allowed(answers, where))
    cli.note(f"{rows} rows for {len(chosen)} users in {out}")


@click.command()
@cli.source
@cli.output
def describe(form: Format, **source: str | None) -> None:
    """What a model is: its data, settings, best epoch, what its parts weigh, its measures.

    \b
    graphrec describe --run NAME
    """
    from graphrec.answers.choice import choose
    from graphrec.answers.describe import as_rows, describe
    from graphrec.answers.output import as_object

    tree = describe(choose(source["run"], source["model"], source["dataset"]))
    text = as_object(tree) if form == "json" else text_of(as_rows(tree), ["name", "value"], form)
    cli.show(text)
