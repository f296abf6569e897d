"""Markdown tables, and how differences are told."""

from graphrec.evaluation.significance import Difference
from graphrec.reporting.tables import (
    Comparison,
    comparison_table,
    markdown_table,
    mean_cosine_table,
)


def test_heads_a_rule_and_a_line_a_row():
    text = markdown_table(["a", "b"], [["1", "2"], ["3", ""]])
    assert text.splitlines() == ["| a | b |", "| --- | --- |", "| 1 | 2 |", "| 3 |  |"]


def test_no_name_ends_its_cell_or_opens_a_tag():
    text = markdown_table(["a|b"], [["<script>x</script>"], ["two\nlines\x1b[31m"]])
    assert text.splitlines() == [
        r"| a\|b |",
        "| --- |",
        "| &lt;script>x&lt;/script> |",
        r"| two\nlines\x1b[31m |",
    ]


def test_verdicts_come_after_the_correction_and_know_what_is_better():
    up, down = Difference(0.5, 0.25, 0.75, 0.001), Difference(-0.5, -0.75, -0.25, 0.03)
    text = comparison_table(
        ["run", "changed"],
        [
            Comparison(["a", "x"], "mse", up),
            Comparison(["a", "x"], "ndcg_at_10", up),
            Comparison(["b", "y"], "mse", down),
            Comparison(["b", "y"], "auc", down),
        ],
    )
    assert text.splitlines()[0] == (
        "| run | changed | measure | difference | 95 % interval | verdict |"
    )
    assert text.splitlines()[2:] == [
        "| a | x | mse | +0.5000 | +0.2500 … +0.7500 | worse |",
        "| a | x | ndcg_at_10 | +0.5000 | +0.2500 … +0.7500 | better |",
        "| b | y | mse | -0.5000 | -0.7500 … -0.2500 | tie |",  # 0.03 x 2 after Holm
        "| b | y | auc | -0.5000 | -0.7500 … -0.2500 | tie |",
    ]


def test_nothing_compared_is_a_table_without_rows():
    assert len(comparison_table(["run"], []).splitlines()) == 2


def test_names_without_layers_are_left_out_and_short_rows_are_filled_up():
    text = mean_cosine_table({"one": [0.5], "none": [], "three": [0.1, 0.25, 1]})
    assert text.splitlines() == [
        "| row | layer 0 | layer 1 | layer 2 |",
        "| --- | --- | --- | --- |",
        "| one | 0.500 |  |  |",
        "| three | 0.100 | 0.250 | 1.000 |",
    ]
