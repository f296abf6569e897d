"""The parameters, checked once, before any work. The one reader of params.yaml."""

import re
from collections.abc import Mapping
from pathlib import Path
from typing import Annotated, Any, Literal

from pydantic import Field, ValidationError

from graphrec.config.archives import ArchiveParams
from graphrec.config.datasets import DatasetParams
from graphrec.config.errors import ParamsError
from graphrec.config.filters import FilterParams
from graphrec.config.models import HyperParams
from graphrec.config.section import NAME, Section
from graphrec.config.training import EvaluateParams, RunParams, TimeAwareMenu, TrainParams
from graphrec.config.yaml_text import parse_yaml

SAMPLING = ("lightgcn", "ngcf")
"""Models that can be trained on a part of the graph; NGCF_Final's filters are of the whole."""
MOST_THREADS = 1024
MOST_SHOWN = 200
"""Characters of a wrong value, in a message."""


class Params(Section):
    seed: Annotated[int, Field(ge=0, lt=2**32)]
    """Every random number comes from it."""
    threads: Annotated[int, Field(ge=1, le=MOST_THREADS)]
    """Threads of the arithmetic: part of what makes a run repeatable to the bit."""
    device: Literal["cpu", "cuda"]
    """What trains; evaluation is on the CPU. The same draws on either, the same results up to
    rounding."""
    archives: dict[str, ArchiveParams]
    """Data sets that are fetched from where they are published; other files lie in data/raw."""
    datasets: dict[str, DatasetParams]
    filters: FilterParams
    hyperparameters: dict[str, HyperParams]
    train: TrainParams
    time_aware: TimeAwareMenu
    evaluate: EvaluateParams
    runs: dict[str, RunParams]

    def of(self, run: RunParams) -> HyperParams:
        """The settings that a run is trained with."""
        return self.hyperparameters[run.hyperparameters]


def load_params(path: Path = Path("params.yaml")) -> Params:
    """Read and check the file. Raises ParamsError, which lists every fault in it."""
    try:
        content = path.read_bytes()
    except OSError as error:
        raise ParamsError(
            f"expected the project's parameters in {path}, got {error.strerror}: call this in the "
            "project's own folder"
        ) from error
    return check_params(parse_yaml(content, str(path)), str(path))


def check_params(tree: Any, source: str = "params.yaml") -> Params:
    try:
        params = Params.model_validate(tree)
    except ValidationError as error:
        faults = [_describe(fault) for fault in error.errors(include_url=False)]
        raise ParamsError("\n".join(f"{source}: {fault}" for fault in faults)) from error
    faults = [*_bad_names(params), *_bad_runs(params), *_bad_workers(params)]
    if faults:
        raise ParamsError("\n".join(f"{source}: {fault}" for fault in faults))
    return params


def _describe(fault: Any) -> str:
    key = ".".join(map(str, fault["loc"])) or "the whole file"
    if fault["type"] == "extra_forbidden":
        return f"{key}: expected only known keys, got {_shown(fault)} under an unknown one"
    if fault["type"] == "missing":
        return f"{key}: expected a value, the key is missing"
    return f"{key}: {fault['msg']}, got {_shown(fault)}"


def _shown(fault: Any) -> str:
    text = repr(fault["input"])
    return text if len(text) <= MOST_SHOWN else f"{text[:MOST_SHOWN]}…"


def _bad_names(params: Params) -> list[str]:
    named: dict[str, Mapping[str, Section]] = {
        "archives": params.archives,
        "datasets": params.datasets,
        "hyperparameters": params.hyperparameters,
        "runs": params.runs,
    }
    return [
        f"{section}.{name}: expected a name of lower-case letters, digits and hyphens that starts "
        f"with a letter, got {name!r}"
        for section, entries in named.items()
        for name in entries
        if not re.fullmatch(NAME, name)
    ]


def _bad_runs(params: Params) -> list[str]:
    faults = []
    for name, run in params.runs.items():
        for key, entries in (
            ("dataset", params.datasets),
            ("hyperparameters", params.hyperparameters),
        ):
            if (value := getattr(run, key)) not in entries:
                faults.append(f"runs.{name}.{key}: expected {_one_of(entries)}, got {value!r}")
        if run.dataset in params.datasets and run.hyperparameters in params.hyperparameters:
            explicit = params.datasets[run.dataset].ratings is not None
            final = params.of(run).ngcf_final
            if run.model == "ngcf_final" and explicit and not final.rating:
                faults.append(
                    f"runs.{name}.hyperparameters: expected settings with ngcf_final.rating for "
                    f"the explicit ratings of {run.dataset!r}, got {run.hyperparameters!r}"
                )
    return faults


def _bad_workers(params: Params) -> list[str]:
    workers, faults = params.train.workers, []
    if workers > 1 and params.train.num_neighbors:
        faults.append(
            f"train.workers: expected 1 with sampled neighbours, got {workers}; set "
            "`num_neighbors: []` to have several share the whole graph"
        )
    if workers > 1 and params.device != "cpu":
        faults.append(f"train.workers: expected 1 with `device: {params.device}`, got {workers}")
    return faults


def _one_of(entries: Mapping[str, Section]) -> str:
    return f"one of {', '.join(map(repr, entries))}"


def select_run(params: Params, name: str) -> RunParams:
    """The run of that name. Raises ParamsError, which lists the known ones."""
    if name not in params.runs:
        raise ParamsError(
            f"run {name!r} is not in params.yaml; known runs: {', '.join(params.runs)}"
        )
    return params.runs[name]


def select_dataset(params: Params, name: str) -> DatasetParams:
    """The data set of that name. Raises ParamsError, which lists the known ones."""
    if name not in params.datasets:
        raise ParamsError(
            f"data set {name!r} is not in params.yaml; known ones: {', '.join(params.datasets)}"
        )
    return params.datasets[name]


def check_num_neighbors(run: RunParams, num_neighbors: list[int]) -> None:
    """Raise ParamsError unless the run can be trained with these `train.num_neighbors`."""
    if not num_neighbors:
        return
    if run.model not in SAMPLING:
        raise ParamsError(
            f"train.num_neighbors: expected [] for the model {run.model!r}, which needs the whole "
            f"graph, got {num_neighbors}; it can be sampled for: {', '.join(SAMPLING)}"
        )
    if len(num_neighbors) != run.layers:
        raise ParamsError(
            f"train.num_neighbors: expected [] or a number for each of the run's layers "
            f"({run.layers}), got {num_neighbors}"
        )
