"""Epochs of PyG's LightGCN on u1.base, one for each line of standard input.

Runs in an environment of its own, made by benchmarks.epoch; imports nothing of ours. The loop is
that of PyG's examples/lightgcn.py: `edge_index` messages, a random item for each positive.
"""

import sys
import time
from typing import Any

import numpy as np
import torch
from torch_geometric.nn import LightGCN

NUM_USERS, NUM_ITEMS, BATCH = 943, 1682, 2048


def main(name: str, base: str) -> None:
    assert name == "lightgcn", name
    torch.set_num_threads(2)
    user, item = torch.from_numpy(np.loadtxt(base, dtype=np.int64)).T[:2] - 1
    known = torch.stack([user, item + NUM_USERS])
    edges = torch.cat([known, known.flip(0)], dim=1)
    model = LightGCN(NUM_USERS + NUM_ITEMS, embedding_dim=64, num_layers=2)
    optimizer = torch.optim.Adam(model.parameters(), lr=0.001)
    rows_of_all: Any = range(known.shape[1])
    loader = torch.utils.data.DataLoader(rows_of_all, shuffle=True, batch_size=BATCH)
    while True:
        started = time.perf_counter()
        for rows in loader:
            positive = known[:, rows]
            other = torch.randint(NUM_USERS, NUM_USERS + NUM_ITEMS, (len(rows),))
            labelled = torch.cat([positive, torch.stack([positive[0], other])], dim=1)
            optimizer.zero_grad()
            better, worse = model(edges, labelled).chunk(2)
            loss = model.recommendation_loss(better, worse, node_id=labelled.unique())
            loss.backward()
            optimizer.step()
        print("epoch", time.perf_counter() - started, flush=True)
        if not sys.stdin.readline():
            return


if __name__ == "__main__":
    main(*sys.argv[1:])
