"""Seconds to a recall: what stops the clock, and PyG's own loop."""

import pytest
import torch

from benchmarks import seconds_to_recall
from benchmarks.seconds_to_recall import Clock, dot_products, first_above, pyg
from graphrec.config.paths import Paths


def test_the_first_time_above_a_recall_or_a_dash():
    curve = [(2.0, 0.1), (4.4, 0.3), (6.0, 0.2)]
    assert [first_above(curve, recall) for recall in (0.1, 0.2, 0.4)] == ["2", "4", "–"]


def test_the_curves_of_others_stay(monkeypatch, tmp_path, capsys):
    monkeypatch.setattr(seconds_to_recall, "Paths", lambda: Paths(tmp_path))
    for name, recall in (("pyg", 0.06), ("ngcf_final", 0.2)):
        row = {"curve": [[7.0, recall]]}
        monkeypatch.setattr(seconds_to_recall, "measure_alone", lambda *_, row=row: row)
        arguments = ["seconds_to_recall", "--folder", str(tmp_path), "--models", name]
        monkeypatch.setattr("sys.argv", arguments)
        seconds_to_recall.main()
    *_, pyg_row, ours_row = capsys.readouterr().out.splitlines()
    assert pyg_row == "| pyg | 7 | – | – | – | – | – | 1 | 7 | 0.0600 |"
    assert ours_row == "| ngcf_final | 7 | 7 | 7 | 7 | 7 | – | 1 | 7 | 0.2000 |"


def test_the_clock_stands_while_something_is_measured(imdb, monkeypatch):
    now = 100.0
    monkeypatch.setattr(seconds_to_recall.time, "perf_counter", lambda: now)
    clock = Clock(imdb.data)

    def slow(user):
        nonlocal now
        now += 50
        return torch.rand(len(user), imdb.data.num_items)

    now += 3
    clock.measure(slow)
    now += 4
    clock.measure(slow)
    assert [seconds for seconds, _ in clock.curve] == pytest.approx([3, 7])


def test_pyg_s_loop_trains_until_its_time_is_over(imdb):
    ((seconds, recall),) = pyg(imdb.data, limit=0.0)
    assert seconds > 0
    assert 0 <= recall <= 1


def test_scores_are_dot_products_with_all_items():
    users, items = torch.eye(3), torch.tensor([[1.0, 2, 3], [4, 5, 6]])
    assert dot_products(users, items, torch.tensor([2, 0])).tolist() == [[3, 6], [1, 4]]
