"""One place where a mistake becomes a line and an exit code, and where a stage learns its name."""

import errno

import pytest

from graphrec.config.edge import SMALLER, UsageError, run_command
from graphrec.config.errors import GraphrecError

CALLED = []


def takes_one(name: str) -> None:
    """Documented."""
    CALLED.append(name)


def takes_none() -> None:
    CALLED.append(None)


def may_take_one(by: str = "mse") -> None:
    CALLED.append(by)


@pytest.fixture(autouse=True)
def _fresh(monkeypatch):
    monkeypatch.delenv("DVC_STAGE", raising=False)
    CALLED.clear()


def told(capsys, main, *arguments: str, takes: str = "run") -> tuple[int, str]:
    """Exit code and the one line on stderr."""
    with pytest.raises(SystemExit) as left:
        run_command("train", main, takes, arguments)
    return left.value.code, capsys.readouterr().err


def test_a_name_comes_from_the_argument_or_from_dvc(monkeypatch):
    run_command("train", takes_one, "run", ["own-base"])
    monkeypatch.setenv("DVC_STAGE", "train@other")
    run_command("train", takes_one, "run", [])
    monkeypatch.setenv("DVC_STAGE", "sub/dvc.yaml:train@third")
    run_command("train", takes_one, "run", [])
    run_command("train", takes_one, "run", ["own-base"])
    assert CALLED == ["own-base", "other", "third", "own-base"]


@pytest.mark.parametrize("stage", ["", "evaluate@own-base", "train", "train@", "retrain@x"])
def test_the_name_of_another_stage_is_no_name(stage, monkeypatch, capsys):
    monkeypatch.setenv("DVC_STAGE", stage)
    code, line = told(capsys, takes_one)
    assert (code, CALLED) == (2, [])
    assert line == (
        "train: expected one argument, a run, got none: call python -m tests.config.test_edge "
        "<run>\n"
    )


@pytest.mark.parametrize(
    "name", ["a;touch pwned", "$(touch pwned)", "../up", "A", "", "a\nb", "a b", "-x", "é", "a@b"]
)
@pytest.mark.parametrize("through", ["argument", "DVC"])
def test_what_is_no_name_never_gets_further(name, through, monkeypatch, capsys):
    if through == "DVC":
        monkeypatch.setenv("DVC_STAGE", f"train@{name}")
    code, line = told(capsys, takes_one, *([name] if through == "argument" else []))
    assert (code, CALLED) == (2, [])
    assert line.startswith("train: expected ")
    assert line.count("\n") == 1


def test_a_default_takes_no_name_from_dvc(monkeypatch):
    monkeypatch.setenv("DVC_STAGE", "train@other")
    run_command("train", may_take_one, "measure", [])
    run_command("train", may_take_one, "measure", ["ndcg_at_10"])
    run_command("train", takes_none, "", [])
    assert CALLED == ["mse", "ndcg_at_10", None]


@pytest.mark.parametrize(
    ("main", "arguments"),
    [(takes_one, ["a", "b"]), (takes_none, ["a"]), (may_take_one, ["a", "b"])],
)
def test_too_many_arguments_are_told(main, arguments, capsys):
    code, line = told(capsys, main, *arguments)
    assert (code, CALLED) == (2, [])
    assert f"got {' '.join(map(repr, arguments))}" in line


def test_help_is_what_the_command_says_of_itself(capsys):
    run_command("train", takes_one, "run", ["--help"])
    assert "One place where a mistake becomes a line" in capsys.readouterr().out


def raising(error: BaseException):
    def main() -> None:
        raise error

    return main


@pytest.mark.parametrize(
    ("error", "code", "line"),
    [
        (GraphrecError("expected x, got y: do z"), 1, "train: expected x, got y: do z\n"),
        (UsageError("expected x"), 2, "train: expected x\n"),
        (
            PermissionError(errno.EACCES, "Permission denied", "models/x"),
            1,
            "train: expected to read and write models/x, got Permission denied: allow this user to "
            "read and write it\n",
        ),
        (
            OSError(errno.ENOSPC, "No space left on device"),
            1,
            "train: expected to read and write, got No space left on device: free some space\n",
        ),
        (MemoryError(), 1, f"train: expected enough memory, got MemoryError: {SMALLER}\n"),
        (
            RuntimeError("DefaultCPUAllocator: can't allocate memory: you tried\nStack:"),
            1,
            "train: expected enough memory, got DefaultCPUAllocator: can't allocate memory: you "
            f"tried: {SMALLER}\n",
        ),
        (KeyboardInterrupt(), 130, "train: interrupted\n"),
    ],
    ids=lambda value: type(value).__name__ if isinstance(value, BaseException) else "",
)
def test_a_mistake_is_one_line(error, code, line, capsys):
    assert told(capsys, raising(error), takes="") == (code, line)


@pytest.mark.parametrize("error", [ValueError("bug"), RuntimeError("bug"), KeyError("bug")])
def test_a_bug_keeps_its_traceback(error):
    with pytest.raises(type(error), match="bug"):
        run_command("train", raising(error), "", [])
