"""What all commands have in common: options, notes, and faults in one line.

Nothing heavy is imported here: `graphrec --help` answers at once.
"""

import sys
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, NoReturn, TypeVar

import click

from graphrec.answers.errors import UsageError
from graphrec.config.errors import GraphrecError
from graphrec.config.text import printable

if TYPE_CHECKING:
    from graphrec.answers.named import NamedAnswers
    from graphrec.data.interactions import Mask

Command = TypeVar("Command", bound=Callable[..., Any])
INTERRUPTED = 130
"""Exit code of what Ctrl-C stopped, as shells have it."""


class OneLineFaults(click.Group):
    """A group that says what is wrong in one line: exit code 2 for usage, 1 for the rest."""

    # click's own has more parameters, which pass through, and returns in another mode than this.
    def main(  # type: ignore[override]
        self, args: Sequence[str] | None = None, prog_name: str | None = None, **extra: Any
    ) -> NoReturn:
        extra["standalone_mode"] = False
        try:
            status = super().main(args, prog_name="graphrec", **extra)
        except click.exceptions.NoArgsIsHelpError as error:
            error.show()
            sys.exit(2)
        except click.UsageError as error:
            note(_in_words(error))
            sys.exit(2)
        except GraphrecError as error:
            note(str(error))
            sys.exit(2 if isinstance(error, UsageError) else 1)
        except click.Abort:
            note("stopped")
            sys.exit(INTERRUPTED)
        sys.exit(status if isinstance(status, int) else 0)


def _in_words(error: click.UsageError) -> str:
    """Of what click found wrong: expected, got, and what to do."""
    path = error.ctx.command_path if error.ctx else "graphrec"
    see = f"see `{path} --help`"
    if isinstance(error, click.NoSuchOption):
        nearest = " or ".join(error.possibilities or ())
        mend = f"write {nearest}, or {see}" if nearest else see
        return f"expected an option of {path}, got {error.option_name}: {mend}"
    if isinstance(error, click.MissingParameter) and error.param:
        return f"expected {error.param.opts[0]}, got none: add it, or {see}"
    message = error.format_message().rstrip(".")
    return f"expected a call that {path} knows, got another ({message}): {see}"


def note(text: str) -> None:
    """A line on stderr."""
    click.echo(f"graphrec: {printable(text)}", err=True)


def show(text: str) -> None:
    """The answer, on stdout; titles with escapes in them reach a file as they are."""
    click.echo(text, color=True)


class Count(click.ParamType[int]):
    """A whole number from 1."""

    name = "count"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> int:
        try:
            count = int(value)
        except ValueError:
            count = 0
        if count < 1:
            raise UsageError(f"expected 1 item or more for -k, got {value}: ask for some")
        return count


def options(*decorators: Callable[[Command], Command]) -> Callable[[Command], Command]:
    """Several options as one decorator, shown in this order."""

    def decorate(command: Command) -> Command:
        for decorator in reversed(decorators):
            command = decorator(command)
        return command

    return decorate


FILE = click.Path(path_type=Path)
source = options(
    click.option("--run", metavar="NAME", help="A trained run, models/NAME."),
    click.option(
        "--model", metavar="NAME", help="A registered model: graphrec-NAME@champion or …/VERSION."
    ),
    click.option("--dataset", metavar="NAME", help="The best run on NAME by validation."),
)
output = click.option(
    "--format",
    "form",
    type=click.Choice(["table", "json", "csv"]),
    default="table",
    show_default=True,
    help="How the answer is written.",
)
person = options(
    click.option("--user", metavar="ID", help="A user of the training data."),
    click.option("--likes", metavar="ITEM", multiple=True, help="Somebody new likes it; repeat."),
    click.option(
        "--ratings",
        type=FILE,
        metavar="CSV",
        help="Somebody new: columns item,rating (item alone where the data have no ratings).",
    ),
)
k = click.option(
    "-k", type=Count(), default=10, show_default=True, metavar="COUNT", help="Items in a list."
)
where = click.option(
    "--where",
    multiple=True,
    metavar="CONDITION",
    help="Of items: genre=Comedy, 'year>=1990'; repeat, all must hold.",
)
include_seen = click.option("--include-seen", is_flag=True, help="Items of their own, too.")


def load_answers(run: str | None, model: str | None, dataset: str | None) -> "NamedAnswers":
    """The model that answers; which and why is said on stderr."""
    from graphrec.answers.choice import choose

    choice = choose(run, model, dataset)
    note(f"{choice.name} answers: {choice.reason}")
    import torch

    # As in the service: how somebody new is scored depends on it in the last digit.
    torch.set_num_threads(1)
    predictor = choice.load()
    from graphrec.answers.named import NamedAnswers

    return NamedAnswers(predictor)


def allowed(answers: "NamedAnswers", conditions: tuple[str, ...]) -> "Mask | None":
    """(items,) which satisfy all conditions; None without any."""
    return answers.items.where(conditions) if conditions else None
