"""The commands of `graphrec`, each a question to a trained model."""

from pathlib import Path
from typing import TYPE_CHECKING

import click

from graphrec.answers import command_line as cli
from graphrec.answers.output import Format, text_of

if TYPE_CHECKING:
    from graphrec.answers.named import NamedAnswers
    from graphrec.data.interactions import Mask


@click.group(cls=cli.OneLineFaults)
def graphrec() -> None:
    """Answers from trained models: what to recommend to whom, what is similar, and why.

    The best run by validation answers, unless --run, --model or --dataset says otherwise. Items
    and users go by their ids, items by their titles, too. Run it in the project's root.

    \b
    graphrec recommend --user 42
    graphrec similar --item "Fargo (1996)"
    graphrec COMMAND --help
    """


@graphrec.command()
@cli.person
@cli.k
@cli.where
@cli.include_seen
@click.option("--explain", is_flag=True, help="Which of their items each is recommended for.")
@cli.source
@cli.output
def recommend(
    user: str | None,
    likes: tuple[str, ...],
    ratings: Path | None,
    k: int,
    where: tuple[str, ...],
    include_seen: bool,
    explain: bool,
    form: Format,
    **source: str | None,
) -> None:
    """The best items for a user, or for somebody new; for nobody, what is popular.

    \b
    graphrec recommend --user 42 -k 5 --explain
    graphrec recommend --likes "Fargo (1996)" --likes 181
    graphrec recommend --ratings mine.csv --where genre=Comedy --where "year>=1990"
    """
    answers = cli.load_answers(**source)
    from graphrec.answers.named import in_a_sentence
    from graphrec.answers.people import history_of

    history = history_of(answers, user, likes, ratings)
    if answers.predictor.is_cold(history):
        who = "nobody was named" if user is None else f"nothing is known of {user}"
        cli.note(f"{who}: the answer is what is popular; name --user, --likes or --ratings")
    rows = answers.recommend([history], k, include_seen, allowed(answers, where))[0]
    _say_if_few(len(rows), k)
    columns = ["rank", "item", "title", "score", answers.target]
    if explain:
        rows = [row | answers.explain(history, answers.items.find(row["item"])) for row in rows]
        rows = rows if form == "json" else [in_a_sentence(row) for row in rows]
        columns.append("because")
    cli.show(text_of(rows, columns, form))


@graphrec.command()
@click.option("--item", required=True, metavar="ITEM", help="By id or title.")
@cli.k
@cli.where
@cli.source
@cli.output
def similar(item: str, k: int, where: tuple[str, ...], form: Format, **source: str | None) -> None:
    """The items most like an item, by the cosine of what the model makes of them.

    \b
    graphrec similar --item "Fargo (1996)" -k 5
    """
    answers = cli.load_answers(**source)
    rows = answers.similar(answers.items.find(item), k, allowed(answers, where))
    _say_if_few(len(rows), k)
    cli.show(text_of(rows, ["rank", "item", "title", "cosine"], form))


@graphrec.command()
@cli.person
@click.option("--item", required=True, metavar="ITEM", help="By id or title.")
@cli.source
@cli.output
def score(
    user: str | None,
    likes: tuple[str, ...],
    ratings: Path | None,
    item: str,
    form: Format,
    **source: str | None,
) -> None:
    """What a user thinks of an item: its score, rating or chance, and its rank of all unseen ones.

    \b
    graphrec score --user 42 --item 50
    graphrec score --likes "Fargo (1996)" --item "Pulp Fiction"
    """
    answers = cli.load_answers(**source)
    from graphrec.answers.people import history_of

    row = answers.score(history_of(answers, user, likes, ratings), answers.items.find(item))
    if row["rank"] is None:
        cli.note(f"no rank: {row['item']} is among what they had")
    cli.show(text_of([row], list(row), form))


@graphrec.command()
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
    answers = cli.load_answers(**source)
    chosen, repeated = read_users(users, answers)
    if repeated:
        cli.note(f"{repeated} lines of {users} name a user again: each is answered once")
    rows = write_batch(answers, chosen, out, k, include_seen, allowed(answers, where))
    cli.note(f"{rows} rows for {len(chosen)} users in {out}")


@graphrec.command()
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


def allowed(answers: "NamedAnswers", conditions: tuple[str, ...]) -> "Mask | None":
    """(items,) which satisfy all conditions; None without any."""
    return answers.items.where(conditions) if conditions else None


def _say_if_few(count: int, k: int) -> None:
    if count < k:
        cli.note(f"{count} items, fewer than the {k} asked for: no others are left")
