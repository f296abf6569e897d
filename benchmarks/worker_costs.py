"""From measured trainings to what a much larger one would cost: counts, a fit, an estimate."""

from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from scipy.optimize import nnls

STEPS_AN_EPOCH, LAYERS, EMBEDDING_DIM = 40, 2, 64
EFFICIENCY = 0.5
"""Assumed: what each of a machine's cores does beside the others, as a share of one alone."""
TERMS = {
    "step_cpu_s": ("own_interactions", "nodes"),
    "draws_cpu_s": ("interactions", "own_interactions"),
    "memory_gb": ("constant", "own_interactions", "nodes"),
}
COUNTED = {"memory_gb": 12e-9}
"""Of each interaction of the whole, too small to be seen in what is measured: its place in the
epoch's order and its number in the process."""


def counted_bytes(items: int, layers: int = LAYERS, dim: int = EMBEDDING_DIM) -> int:
    """That a process of `lightgcn` hands to all-reduces in a step, by the book.

    Of each layer what items hear, and its gradient; the items' degrees under the mask; the gradient
    of their embeddings.
    """
    return 4 * items * ((2 * layers + 1) * dim + 1)


def terms_of(row: dict[str, Any]) -> dict[str, float]:
    """What costs grow with: of the whole, and of what a process has."""
    return {
        "constant": 1.0,
        "interactions": row["interactions"],
        "own_interactions": row["own_interactions"],
        "nodes": row["own_users"] + row["items"],
    }


def fit_costs(rows: list[dict[str, Any]]) -> dict[str, dict[str, float]]:
    """Of each measure what each term costs, none below 0, by least squares of relative errors."""
    costs = {}
    for measure, names in TERMS.items():
        measured = np.array([row[measure] for row in rows])
        counted = COUNTED.get(measure, 0.0)
        target = measured - counted * np.array([row["interactions"] for row in rows])
        columns = np.array([[terms_of(row)[name] for name in names] for row in rows])
        scale = columns.max(axis=0)
        solution, _ = nnls(columns / scale / measured[:, None], target / measured)
        costs[measure] = dict(zip(names, (solution / scale).tolist(), strict=True))
        if counted:
            costs[measure]["interactions"] = counted
    return costs


def cost(costs: dict[str, dict[str, float]], measure: str, row: dict[str, Any]) -> float:
    """A measure of a process as the fitted costs have it."""
    terms = terms_of(row)
    return sum(each * terms[name] for name, each in costs[measure].items())


@dataclass(frozen=True)
class Plan:
    """A training by one process a machine."""

    users: int
    items: int
    interactions: int
    machines: int
    gigabits: float
    """A second, of each machine's network."""
    cores: int = 16
    steps: int = STEPS_AN_EPOCH


def estimate(costs: dict[str, dict[str, float]], plan: Plan) -> dict[str, float]:
    """Seconds of an epoch, of its arithmetic and exchanges, and the memory of a machine in GB.

    A ring's all-reduce of n bytes sends 2 (machines - 1) / machines n through each network.
    """
    own = {"own_users": plan.users / plan.machines, "items": plan.items}
    row = own | {
        "interactions": plan.interactions,
        "own_interactions": plan.interactions / plan.machines,
    }
    arithmetic = plan.steps * cost(costs, "step_cpu_s", row) / (plan.cores * EFFICIENCY)
    draws = cost(costs, "draws_cpu_s", row)  # one after another, on one core
    sent = 2 * (plan.machines - 1) / plan.machines * counted_bytes(plan.items)
    exchange = plan.steps * sent * 8 / (plan.gigabits * 1e9)
    return {
        "arithmetic_s": arithmetic,
        "draws_s": draws,
        "exchange_s": exchange,
        "epoch_s": arithmetic + draws + exchange,
        "memory_gb": cost(costs, "memory_gb", row),
    }


LARGE = Plan(100_000_000, 1_000_000, 1_000_000_000, machines=8, gigabits=25)
PLANS = [
    replace(LARGE, machines=machines, gigabits=gigabits)
    for machines in (8, 32, 128)
    for gigabits in (25, 100)
]
