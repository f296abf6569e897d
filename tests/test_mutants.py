"""Hand-made faults: each is still one of the code, which has moved on."""

import pytest

from tests.mutants.__main__ import FAULTS, ROOT


@pytest.mark.parametrize("file", sorted({fault.file for fault in FAULTS}))
def test_a_fault_is_found_in_its_file_once(file):
    text = (ROOT / file).read_text()
    befores = [fault.before for fault in FAULTS if fault.file == file]
    assert {before: text.count(before) for before in befores} == dict.fromkeys(befores, 1)
