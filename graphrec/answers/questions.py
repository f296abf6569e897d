"""Commands about one person or one item."""

from pathlib import Path

import click

from graphrec.answers import command_line as cli
from graphrec.answers.errors import UsageError, at_most_one
from graphrec.answers.output import Format, text_of


@click.command()
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
    at_most_one(user=user is not None, likes=bool(likes), ratings=ratings is not None)
    answers = cli.load_answers(**source)
    from graphrec.answers.named import in_a_sentence
    from graphrec.answers.people import history_of

    history = history_of(answers, user, likes, ratings)
    if answers.predictor.is_cold(history):
        who = "nobody was named" if user is None else f"nothing is known of {user}"
        cli.note(f"{who}: the answer is what is popular; name --user, --likes or --ratings")
    rows = answers.recommend([history], k, include_seen, cli.allowed(answers, where))[0]
    _say_if_few(len(rows), k)
    columns = ["rank", "item", "title", "score", answers.target]
    if explain:
        rows = [row | answers.explain(history, answers.items.find(row["item"])) for row in rows]
        rows = rows if form == "json" else [in_a_sentence(row) for row in rows]
        columns.append("because")
    cli.show(text_of(rows, columns, form))


@click.command()
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
    rows = answers.similar(answers.items.find(item), k, cli.allowed(answers, where))
    _say_if_few(len(rows), k)
    cli.show(text_of(rows, ["rank", "item", "title", "cosine"], form))


@click.command()
@cli.person
@click.option("--item", metavar="ITEM", help="By id or title.")
@click.option(
    "--new-item", type=cli.FILE, metavar="JSON", help="Not in the data: what is known of it."
)
@cli.source
@cli.output
def score(
    user: str | None,
    likes: tuple[str, ...],
    ratings: Path | None,
    item: str | None,
    new_item: Path | None,
    form: Format,
    **source: str | None,
) -> None:
    """What a user thinks of an item: its score, rating or chance, and its rank of all unseen ones.

    \b
    graphrec score --user 42 --item 50
    graphrec score --likes "Fargo (1996)" --item "Pulp Fiction"
    graphrec score --user 42 --new-item film.json  # {"genre": ["Comedy"], "year": 1998}
    """
    at_most_one(user=user is not None, likes=bool(likes), ratings=ratings is not None)
    if (item is None) == (new_item is None):
        got = "neither" if item is None else "both"
        raise UsageError(f"expected --item or --new-item, got {got}: name one")
    answers = cli.load_answers(**source)
    from graphrec.answers.people import history_of, read_features

    history = history_of(answers, user, likes, ratings)
    if new_item is not None:
        features = read_features(new_item)
        row = answers.score_new(history, features)
        count, titles = answers.most_like(features)
        cli.note(
            f"the model has not seen the item: its score is the mean of the {count} most like it "
            f"by {', '.join(features)} ({', '.join(titles)}, …)"
        )
    else:
        row = answers.score(history, answers.items.find(str(item)))
    if row["rank"] is None:
        cli.note(f"no rank: {row['item']} is among what they had")
    cli.show(text_of([row], list(row), form))


def _say_if_few(count: int, k: int) -> None:
    if count < k:
        cli.note(f"{count} items, fewer than the {k} asked for: no others are left")
