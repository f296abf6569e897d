"""How do time and memory of training grow with the data?

`python -m benchmarks.scale 100000 1000000 …` trains `ngcf` (2 layers of 64) on generated data of
each size, in a process of its own, and ranks every item for up to 100,000 users; prints a table and
writes reports/benchmarks/scale.json. `--model ngcf_final` does the same with both networks and the
filters that do not grow with the items' pairs, and writes scale-ngcf-final.json; with `--events`
ratings are taken as events. The whole graph is propagated each step, so that an epoch has
the same 40 steps at every size: a batch is a fortieth of the data. With `--num-neighbors 10 5` a
step propagates what is sampled around a batch of 2,048, and scale-neighbors.json is written. With
`--steps` so many are timed, and each step that an epoch has beyond them counts as the mean of all
after the first. The exponent is the slope of log time over log interactions.
"""

import argparse
from typing import Any

import numpy as np

from benchmarks.one_size import SAMPLED_BATCH, add_options
from benchmarks.processes import measure_alone
from graphrec.config.params import SAMPLING
from graphrec.config.paths import Paths
from graphrec.evaluation.results import save_json

SIZES = [100_000, 1_000_000, 5_000_000, 20_000_000]


def exponent(rows: list[dict[str, Any]], name: str) -> float:
    """Slope of log `name` over log interactions, by least squares."""
    logs = np.log([[row["interactions"], row[name]] for row in rows]).T
    return float(np.polyfit(logs[0], logs[1], 1)[0])


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("sizes", nargs="*", type=int, default=SIZES)
    add_options(parser)
    options = parser.parse_args()
    if options.num_neighbors and options.model not in SAMPLING:
        parser.error(
            f"expected no --num-neighbors for {options.model}, which needs the whole graph"
        )
    handed = ["--model", options.model, "--steps", options.steps, "--device", options.device]
    if options.events:
        handed.append("--events")
    if options.num_neighbors:
        handed += ["--num-neighbors", *options.num_neighbors]
    rows = []
    print("| interactions | step, s | epoch, s | training, GB | ranking, s (users) | then, GB |")
    print("|---|---|---|---|---|---|")
    for size in options.sizes:
        row = measure_alone("benchmarks.one_size", size, *handed)
        rows.append(row)
        cells = [
            f"{size:,}",
            f"{row['step_s']:.3f}",
            f"{row['epoch_s']:.2f}",
            f"{row['training_gb']:.2f}",
            f"{row['ranking_s']:.1f} ({row['ranked_users']:,})",
            f"{row['ranking_gb']:.2f}",
        ]
        print(f"| {' | '.join(cells)} |", flush=True)
    result: dict[str, Any] = {"model": options.model, "events": options.events, "sizes": rows}
    if options.num_neighbors:
        result |= {"num_neighbors": options.num_neighbors, "batch_size": SAMPLED_BATCH}
    if len(rows) > 1:
        growth = {name: exponent(rows, name) for name in ("epoch_s", "training_gb")}
        result["growth_exponents"] = growth
        print(f"growth exponents: time {growth['epoch_s']:.2f}, memory {growth['training_gb']:.2f}")
    own = [] if options.model == "ngcf" else [options.model.replace("_", "-")]
    own += ["events"] * options.events + ["neighbors"] * bool(options.num_neighbors)
    save_json(Paths().root / "reports" / "benchmarks" / f"{'-'.join(['scale', *own])}.json", result)


if __name__ == "__main__":
    main()
