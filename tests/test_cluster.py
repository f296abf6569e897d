"""Fits on a Ray cluster: the same results in the same order, also where processes and nodes die."""

import os
import secrets
import subprocess
import sys
import time
from concurrent.futures import ThreadPoolExecutor
from functools import partial

import pytest

from benchmarks.ablation import Setting, Trial, carry_out
from benchmarks.ablation_changes import NETWORK_ALONE as ALONE
from benchmarks.ablation_changes import WHOLE
from benchmarks.bench import Bench
from benchmarks.cluster import LOCAL, ROOT, Needs, run_all
from benchmarks.settings import change
from graphrec.config.params import check_params
from graphrec.config.paths import Paths
from tests import faults
from tests.calls import begun_on, on_a_node_to_be_lost, square, surroundings

TREE = change(faults.TREE, {"train.epochs": 1, "threads": 1})


@pytest.fixture(scope="module")
def cluster():
    """A cluster of one node with one CPU, on 127.0.0.1 alone."""
    variables = {
        "RAY_USAGE_STATS_ENABLED": "0",
        "RAY_AUTH_MODE": "token",
        "RAY_AUTH_TOKEN": secrets.token_hex(),  # or there would have to be one in the home folder
        "RAY_ENABLE_WINDOWS_OR_OSX_CLUSTER": "0",
        "RAY_worker_niceness": "0",  # as quick as the tests' own process
    }
    if "RAY_TESTS" not in os.environ:
        pytest.skip("takes cores of its own: make test-cluster")
    with pytest.MonkeyPatch.context() as patch:
        for name, value in variables.items():
            patch.setenv(name, value)
        pytest.importorskip("ray", reason="needs Ray: make .venv/.ready-cluster")
        from ray.cluster_utils import Cluster

        cluster = Cluster(initialize_head=True, head_node_args={"include_dashboard": False})
        yield cluster
        cluster.shutdown()


def test_without_an_address_calls_go_one_after_another():
    finished = list(run_all(abs, [-3, 2, -1]))
    assert [(each.index, each.result) for each in finished] == [(0, 3), (1, 2), (2, 1)]


def test_nothing_imports_ray_unless_a_cluster_is_asked_for():
    modules = "benchmarks.study, benchmarks.ablation, benchmarks.published_split"
    script = f"import sys, {modules}; sys.exit('ray' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", script], cwd=ROOT, check=False).returncode == 0


def test_where_ray_is_missing_it_is_said_how_to_install_it(monkeypatch):
    monkeypatch.setitem(sys.modules, "ray", None)
    with pytest.raises(SystemExit, match=r"expected Ray .* got none: install it with `make"):
        list(run_all(abs, [1], "127.0.0.1:6379"))


def test_an_ablation_has_the_same_results_in_the_same_order(cluster, raw, tmp_path):
    paths = Paths(tmp_path)
    paths.raw("movielens").parent.mkdir(parents=True)
    paths.raw("movielens").symlink_to(raw["movielens"])
    setting = Setting(TREE, Bench(check_params(TREE), paths), resamples=20)
    trials = [Trial("movielens-mse", each, seed) for each in (WHOLE, ALONE) for seed in (0, 1)]
    alone, on_cluster = (
        carry_out(setting, trials, address)["movielens-mse"] for address in (None, cluster.address)
    )
    assert list(alone) == list(on_cluster) == [WHOLE.label, ALONE.label]
    for label, evaluations in alone.items():
        for one, other in zip(evaluations, on_cluster[label], strict=True):
            assert other.values == pytest.approx(one.values, rel=1e-5)


def test_a_call_whose_process_is_killed_is_made_again_and_counts_once(cluster, tmp_path):
    finished = list(run_all(partial(square, tmp_path), range(4), cluster.address))
    assert sorted((each.index, each.result) for each in finished) == [(n, n**2) for n in range(4)]
    assert (tmp_path / "2").read_text() == ".."


def test_the_calls_of_a_node_that_is_lost_are_made_again_and_count_once(cluster, tmp_path):
    node = cluster.add_node()

    def lose() -> list[str]:
        while not (begun := begun_on(tmp_path, node.node_id)):
            time.sleep(0.05)
        cluster.remove_node(node, allow_graceful=False)
        return begun

    call = partial(on_a_node_to_be_lost, tmp_path, node.node_id)
    with ThreadPoolExecutor() as thread:
        losing = thread.submit(lose)
        finished = list(run_all(call, range(10), cluster.address))
        (lost,) = losing.result()
    assert sorted((each.index, each.result) for each in finished) == [(n, n) for n in range(10)]
    assert len(list(tmp_path.glob(f"{lost}-*"))) == 2


def test_a_fit_that_no_node_could_run_is_refused(cluster):
    with pytest.raises(SystemExit, match=r"expected a node with 64 CPUs .* at most 1 CPUs"):
        list(run_all(abs, [1], cluster.address, Needs(64)))


def test_what_a_call_raises_is_raised(cluster):
    with pytest.raises(ValueError, match="invalid literal"):
        list(run_all(int, ["one"], cluster.address))


def test_workers_get_the_code_and_the_environment_from_here(cluster, monkeypatch):
    monkeypatch.setenv("DATA_MIRROR", "/a/mirror")
    for address in (cluster.address, LOCAL):
        (finished,) = run_all(surroundings, ["DATA_MIRROR"], address)
        variable, root = finished.result
        assert variable == "/a/mirror"
        assert (root == str(ROOT)) == (address == LOCAL)
