"""One model by Ray's workers on a cluster, whole and with a worker or a node killed."""

import os
import signal
from pathlib import Path

import psutil
import pytest
import torch

from graphrec.training.checkpoint import Checkpoint
from graphrec.training.fitting import fit_run
from tests.training.together import few_epochs, fit, run_of, same

ray = pytest.importorskip("ray")
WORKERS, EPOCHS = 2, 8
pytestmark = [
    pytest.mark.skipif(
        "RAY_TESTS" not in os.environ,
        reason="takes cores of its own: make test-cluster",
    ),
    # Ray's own: it sets options that it has deprecated, and leaves files to the collector.
    pytest.mark.filterwarnings("ignore::DeprecationWarning"),
    pytest.mark.filterwarnings("ignore::FutureWarning"),
    pytest.mark.filterwarnings("ignore::ResourceWarning"),
    pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning"),
]


@pytest.fixture(scope="module")
def cluster():
    """Three nodes of one CPU each, in processes of this machine: two train, one can be lost."""
    from ray.cluster_utils import Cluster

    variables = {
        "RAY_USAGE_STATS_ENABLED": "0",
        "RAY_worker_niceness": "0",  # as quick as the tests' own process
        "RAY_TRAIN_HEALTH_CHECK_INTERVAL_S": "0.2",
    }
    os.environ.update(variables)
    nodes = Cluster(
        initialize_head=True, head_node_args={"num_cpus": 1, "include_dashboard": False}
    )
    for _ in range(2):
        nodes.add_node(num_cpus=1)
    ray.init(address=nodes.address, log_to_driver=False)
    yield nodes
    ray.shutdown()
    nodes.shutdown()


def train_processes() -> list[psutil.Process]:
    """Of this test's own cluster, whose nodes are its children."""
    children = psutil.Process().children(recursive=True)
    return [
        child for child in children if any("RayTrainWorker" in part for part in child.cmdline())
    ]


@pytest.mark.usefixtures("cluster")
def test_ray_s_workers_train_what_one_process_trains(movielens, tmp_path):
    run, rows = run_of("movielens-base"), []
    params = few_epochs(workers=WORKERS)
    checkpoint = Checkpoint(tmp_path / "here", "abc")
    several = fit_run(run, params, movielens.data, rows.append, checkpoint)
    same(fit(run, movielens.data), several)
    assert rows == several.history.rows
    # What was lost after its end need not be trained again.
    again = fit_run(run, params, movielens.data, rows.append, checkpoint)
    assert again.history == several.history
    assert len(rows) == len(several.history.rows)
    for weight, expected in zip(again.model.parameters(), several.model.parameters(), strict=True):
        assert torch.equal(weight, expected)


def kill_worker(cluster) -> None:
    min(train_processes(), key=lambda process: process.pid).send_signal(signal.SIGKILL)


def kill_node(cluster) -> None:
    """One that trains, and not the head, with all its processes."""
    nodes = {process.ppid() for process in train_processes()}
    head = cluster.head_node.all_processes["raylet"][0].process.pid
    node = psutil.Process(min(nodes - {head}))
    for process in [*node.children(recursive=True), node]:
        process.send_signal(signal.SIGKILL)


@pytest.mark.parametrize("kill", [kill_worker, kill_node])
def test_a_training_that_has_lost_a_worker_goes_on_where_it_was(cluster, imdb, kill):
    """Not from its first epoch, and to the result that it would have had."""
    run, rows, killed = run_of("imdb-base"), [], []

    def on_epoch(row):
        rows.append(row)
        if row["epoch"] == 3:
            kill(cluster)
            killed.append(row["epoch"])

    params, earlier = few_epochs(EPOCHS, workers=WORKERS), logs()
    several = fit_run(run, params, imdb.data, on_epoch)
    assert killed == [3]
    same(fit(run, imdb.data, epochs=EPOCHS), several)
    assert rows == several.history.rows
    # As the workers say; the last epoch may be lost that not all had written.
    resumed = {
        int(line.split()[5])
        for path in logs() - earlier
        for line in path.read_text().splitlines()
        if line.startswith("training goes on in epoch ")
    }
    assert len(resumed) == 1
    assert 1 < min(resumed) <= 4


def logs() -> set[Path]:
    """What workers have said on stderr, a file each."""
    folder = Path(ray._private.worker._global_node.get_logs_dir_path())
    return {*folder.rglob("worker-*.err")}
