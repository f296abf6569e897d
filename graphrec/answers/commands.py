"""The command `graphrec`: questions to trained models."""

import click

from graphrec.answers.command_line import OneLineFaults
from graphrec.answers.overviews import batch, describe
from graphrec.answers.questions import recommend, score, similar


@click.group(cls=OneLineFaults)
def graphrec() -> None:
    """Answers from trained models: what to recommend to whom, what is similar, and why.

    The best run by validation answers, unless --run, --model or --dataset says otherwise. Items
    and users go by their ids, items by their titles, too. Run it in the project's root.

    \b
    graphrec recommend --user 42
    graphrec similar --item "Fargo (1996)"
    graphrec COMMAND --help
    """


for command in (recommend, similar, score, batch, describe):
    graphrec.add_command(command)
