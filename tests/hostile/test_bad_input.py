"""Every mistake is one line and an exit code, and leaves what was there as it was."""

import pytest

from tests.hostile.cases import CASES
from tests.hostile.project import call, files_of

NAMES = [name for name, *_ in CASES]


def test_there_are_many_and_no_two_are_the_same():
    assert len(CASES) >= 100
    assert len({(name, command) for name, _, command, _ in CASES}) == len(CASES)


@pytest.mark.parametrize(("change", "command", "told"), [case[1:] for case in CASES], ids=NAMES)
def test_a_mistake_is_told(root, capfd, change, command, told):
    change(root)
    before = files_of(root)
    code = call(command)
    err = capfd.readouterr().err
    assert code in (1, 2), err
    assert "Traceback" not in err
    assert told in err
    assert err.splitlines()[-1].startswith(f"{command.split()[0].split('.')[-1]}: "), err
    assert files_of(root) == before
