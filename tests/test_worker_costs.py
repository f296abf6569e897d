"""What one fit over several processes exchanges, and the estimate made of what was measured."""

from dataclasses import replace

import pytest

from benchmarks.synthetic import generate
from benchmarks.worker_costs import (
    COUNTED,
    LARGE,
    TERMS,
    cost,
    counted_bytes,
    estimate,
    fit_costs,
    terms_of,
)
from benchmarks.workers import measure

COSTS = {
    name: {term: 10.0 ** -(3 + place) for place, term in enumerate(terms)}
    for name, terms in TERMS.items()
}
COSTS["memory_gb"]["interactions"] = COUNTED["memory_gb"]


def rows() -> list[dict[str, float]]:
    """Measured where each term costs what COSTS says."""
    made = []
    for interactions, users in ((1000, 10), (1000, 300), (5000, 40)):
        for workers in (2, 4):
            row = {
                "interactions": interactions,
                "own_interactions": interactions / workers,
                "own_users": users / workers,
                "items": interactions // 9,
            }
            made.append(row | {name: cost(COSTS, name, row) for name in TERMS})
    return made


def test_costs_are_found_again():
    costs = fit_costs(rows())
    for name in TERMS:
        assert costs[name] == pytest.approx(COSTS[name], rel=1e-6)


def test_an_estimate_is_made_of_its_terms():
    plan = replace(LARGE, machines=4, gigabits=8)
    row = {
        "interactions": plan.interactions,
        "own_interactions": plan.interactions / 4,
        "own_users": plan.users / 4,
        "items": plan.items,
    }
    result = estimate(COSTS, plan)
    step = COSTS["step_cpu_s"]
    terms = terms_of(row)
    seconds = step["own_interactions"] * terms["own_interactions"] + step["nodes"] * terms["nodes"]
    assert result["arithmetic_s"] == pytest.approx(40 * seconds / 8)
    assert result["exchange_s"] == pytest.approx(40 * 2 * 3 / 4 * counted_bytes(plan.items) / 1e9)
    assert result["memory_gb"] == pytest.approx(cost(COSTS, "memory_gb", row))
    total = sum(result[f"{part}_s"] for part in ("arithmetic", "draws", "exchange"))
    assert result["epoch_s"] == pytest.approx(total)


def test_a_faster_network_shortens_exchanges_alone():
    slow, fast = (estimate(COSTS, replace(LARGE, gigabits=speed)) for speed in (25, 100))
    assert fast["exchange_s"] == pytest.approx(slow["exchange_s"] / 4)
    assert fast["arithmetic_s"] == slow["arithmetic_s"]


def test_exchanges_are_as_large_as_counted():
    data = generate(5000, 0)
    row = measure(data, "lightgcn", 2, steps=3)
    assert row["step_bytes"] == counted_bytes(data.num_items)
    assert row["step_calls"] == 6  # two layers there and back, degrees, gradients
    alone = measure(data, "lightgcn", 1, steps=3)
    assert (alone["step_bytes"], alone["step_exchange_s"]) == (0, 0)
    assert alone["own_interactions"] == 5000
