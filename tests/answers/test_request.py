"""Faults are told in short sentences."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from graphrec.answers.request import Request, described, shortened

VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=2000),
    lambda inner: st.lists(inner, max_size=30) | st.dictionaries(st.text(), inner, max_size=5),
    max_leaves=50,
)


@given(VALUES)
def test_no_value_is_told_at_length(value):
    assert len(shortened(value)) <= 60


@given(st.dictionaries(st.sampled_from([*Request.model_fields, "other"]), VALUES))
def test_whatever_comes_is_a_request_or_a_fault_in_words(values):
    try:
        request = Request.model_validate(values)
    except ValidationError as error:
        text = described(error.errors(include_url=False))
        assert all(fault.startswith("expected") for fault in text.split("; ")[:1])
    else:
        assert (request.user is None) != (request.items is None)


def test_a_long_list_of_faults_is_cut():
    with pytest.raises(ValidationError) as caught:
        Request.model_validate({"items": [1] * 5000})
    text = described(caught.value.errors(include_url=False))
    assert text.endswith("and 4997 more")
