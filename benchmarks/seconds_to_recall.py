"""How soon does a model reach a recall on a published split, beside PyG's own LightGCN?

`python -m benchmarks.seconds_to_recall --folder data/raw/gowalla` trains each model, one after the
other in a process of its own, on nine tenths of train.csv.gz, and after every epoch measures
recall@20 of those users of the last tenth whom training looks at. Seconds are those of fitting and
training without the measuring. Test is not opened. `pyg` is the loop of PyG's examples/lightgcn.py:
`edge_index` messages, a random item for each positive, batches of 8,192, two layers of 64. Prints a
table and writes reports/benchmarks/seconds-to-recall.json, where the curves of models other than
`--models` stay.
"""

import argparse
import json
import time
from functools import partial
from pathlib import Path

import torch
from torch import Tensor
from torch_geometric.nn import LightGCN
from torch_geometric.utils import to_undirected

from benchmarks.one_fit import DATASET, RUN, params_for
from benchmarks.processes import measure_alone
from graphrec.config.paths import Paths
from graphrec.data.dataset import Dataset
from graphrec.data.prepare import prepare
from graphrec.data.readers.choice import read_raw
from graphrec.evaluation.metrics import recall_at_k
from graphrec.evaluation.ranking import ScoreItems, Seen, relevant_ranks
from graphrec.evaluation.results import save_json
from graphrec.filters.fit import fit_filters
from graphrec.graph.bipartite import build_graph
from graphrec.models import NGCF_Final, Recommender
from graphrec.models.factory import build_model
from graphrec.models.trained import TrainedModel
from graphrec.reporting.tables import markdown_table
from graphrec.training.combining import combine
from graphrec.training.fitting import make_loader, make_repeatable, monitor_of
from graphrec.training.loop import train_model
from graphrec.training.validation import MOST_USERS, Validator, relevant_part

K, THREADS = 20, 2
PYG_BATCH, PYG_DIM, PYG_LAYERS, PYG_LEARNING_RATE = 8192, 64, 2, 0.001
TARGETS = (0.05, 0.10, 0.15, 0.18, 0.20, 0.21)
Curve = list[tuple[float, float]]
"""Seconds and recall@20 after each epoch."""


class Clock:
    """Seconds since it was made, without those spent inside `stopped`; and what was measured."""

    def __init__(self, data: Dataset) -> None:
        self.relevant, self.seen = (
            relevant_part(data, MOST_USERS),
            Seen([data.train], data.num_users),
        )
        self.curve: Curve = []
        self.started = time.perf_counter()

    @property
    def seconds(self) -> float:
        return time.perf_counter() - self.started

    def measure(self, score_items: ScoreItems) -> None:
        """Add a point to the curve; the clock stands meanwhile."""
        seconds = self.seconds
        user, rank = relevant_ranks(score_items, self.relevant, self.seen, K)
        self.curve.append((seconds, float(recall_at_k(user, rank, K).mean())))
        self.started = time.perf_counter() - seconds


def ours(name: str, data: Dataset) -> Curve:
    """Of one of the project's models, as benchmarks.published_split trains it before the refit."""
    params = params_for(name)
    run = params.runs[RUN[name]]
    make_repeatable(params.seed, THREADS)
    clock = Clock(data)
    filters = None
    if name == "ngcf_final":
        filters = fit_filters(data, params.filters, run.layers, params.seed)
    graph = build_graph(data)
    model = build_model(run, params.of(run), data, graph, filters)
    validator = Validator(data, graph)

    def validate(trained: Recommender) -> dict[str, float]:
        nodes, every = trained(graph), torch.arange(graph.num_items)
        clock.measure(lambda user: trained.score_block(nodes, user, every))
        return validator(trained)

    train_model(
        model,
        graph,
        make_loader(run, params, data, graph),
        validate,
        params.train,
        params.of(run).learning_rate,
        monitor_of(run, params),
        run.risk,
        lambda row: None,
    )
    if isinstance(model, NGCF_Final):
        combine(model, graph, data, params.seed)
        clock.measure(TrainedModel(model, graph).score_items)
    return clock.curve


def pyg(data: Dataset, limit: float) -> Curve:
    """Of PyG's LightGCN, until an epoch ends after `limit` seconds."""
    make_repeatable(0, THREADS)
    torch.use_deterministic_algorithms(False)
    clock = Clock(data)
    num_users, num_nodes = data.num_users, data.num_users + data.num_items
    user, item = torch.as_tensor(data.train.user), torch.as_tensor(data.train.item)
    known = torch.stack([user, item + num_users]).long()
    edges = to_undirected(known)
    model = LightGCN(num_nodes, embedding_dim=PYG_DIM, num_layers=PYG_LAYERS)
    optimizer = torch.optim.Adam(model.parameters(), lr=PYG_LEARNING_RATE)

    while not clock.curve or clock.seconds < limit:
        for rows in torch.randperm(known.shape[1]).split(PYG_BATCH):
            positive = known[:, rows]
            other = torch.randint(num_users, num_nodes, (len(rows),))
            labelled = torch.cat([positive, torch.stack([positive[0], other])], dim=1)
            optimizer.zero_grad()
            better, worse = model(edges, labelled).chunk(2)
            model.recommendation_loss(better, worse, node_id=labelled.unique()).backward()
            optimizer.step()
        with torch.no_grad():
            nodes = model.get_embedding(edges)
        clock.measure(partial(dot_products, nodes[:num_users], nodes[num_users:]))
    return clock.curve


def dot_products(users: Tensor, items: Tensor, user: Tensor) -> Tensor:
    """Of users (n,) with all items: (n, items)."""
    return users[user] @ items.T


def curve_of(name: str, folder: Path, limit: float) -> Curve:
    params = params_for("lightgcn")
    about = params.datasets[DATASET]
    data, _ = prepare(read_raw(folder, about), about, params.seed)
    return pyg(data, limit) if name == "pyg" else ours(name, data)


def first_above(curve: Curve, recall: float) -> str:
    """Seconds after which the curve first reaches a recall, or a dash."""
    return next((f"{seconds:.0f}" for seconds, value in curve if value >= recall), "–")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--folder", type=Path, required=True)
    parser.add_argument("--models", nargs="+", default=["ngcf_final", "lightgcn", "pyg"])
    parser.add_argument("--limit", type=float, default=600.0, help="seconds that PyG's may take")
    parser.add_argument("--one", help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.one is not None:
        print(json.dumps({"curve": curve_of(options.one, options.folder, options.limit)}))
        return
    output = Paths().root / "reports" / "benchmarks" / "seconds-to-recall.json"
    curves = json.loads(output.read_text())["curves"] if output.exists() else {}
    for name in options.models:
        arguments = ["--folder", options.folder, "--limit", options.limit, "--one", name]
        curves[name] = measure_alone("benchmarks.seconds_to_recall", *arguments)["curve"]
        save_json(output, {"curves": curves})
    print(curves_table(curves))


def curves_table(curves: dict[str, Curve]) -> str:
    """Markdown: a row a model."""
    rows = [
        [
            name,
            *(first_above(curve, target) for target in TARGETS),
            str(len(curve)),
            f"{curve[-1][0]:.0f}",
            f"{curve[-1][1]:.4f}",
        ]
        for name, curve in curves.items()
    ]
    targets = (f"s to {target:.2f}" for target in TARGETS)
    return markdown_table(["model", *targets, "epochs", "s in all", "recall@20"], rows)


if __name__ == "__main__":
    main()
