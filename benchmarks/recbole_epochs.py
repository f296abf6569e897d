"""Epochs of RecBole's NGCF or LightGCN on u1.base, one for each line of standard input.

Runs in an environment of its own, made by benchmarks.epoch; imports nothing of ours.
"""

import os
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

OPTIONS: dict[str, tuple[str, dict[str, Any]]] = {
    "ngcf": ("NGCF", {"embedding_size": 64, "hidden_size_list": [64, 64, 64]}),
    "lightgcn": ("LightGCN", {"embedding_size": 64, "n_layers": 2}),
}


def write_data(folder: Path, base: Path) -> None:
    """RecBole's own format; validation and test, which it asks for, are the first lines again."""
    (folder / "u1").mkdir()
    lines = base.read_text().splitlines()
    head = "user_id:token\titem_id:token\trating:float\ttimestamp:float"
    for part, rows in (("train", lines), ("valid", lines[:99]), ("test", lines[:99])):
        (folder / "u1" / f"u1.{part}.inter").write_text("\n".join([head, *rows]) + "\n")


def trainer(name: str, folder: Path) -> tuple[Any, Any]:
    """RecBole's trainer and its training batches."""
    from recbole.config import Config
    from recbole.data import create_dataset, data_preparation
    from recbole.utils import get_model, get_trainer, init_seed

    model_name, options = OPTIONS[name]
    config = Config(
        model=model_name,
        dataset="u1",
        config_dict={
            "data_path": str(folder),
            "benchmark_filename": ["train", "valid", "test"],
            "train_batch_size": 2048,
            "learning_rate": 0.001,
            "use_gpu": False,
            "checkpoint_dir": str(folder),
            **options,
        },
    )
    init_seed(0, True)
    train, _, _ = data_preparation(config, create_dataset(config))
    model = get_model(model_name)(config, train.dataset).to(config["device"])
    return get_trainer(config["MODEL_TYPE"], model_name)(config, model), train


def main(name: str, base: str) -> None:
    with tempfile.TemporaryDirectory() as folder:
        write_data(Path(folder), Path(base))
        sys.argv = sys.argv[:1]  # RecBole reads the command line
        os.chdir(folder)  # and leaves its logs where it runs
        loop, batches = trainer(name, Path(folder))
        assert len(batches) == 40, len(batches)
        for number in range(10**6):
            started = time.perf_counter()
            loop._train_epoch(batches, number, show_progress=False)
            print("epoch", time.perf_counter() - started, flush=True)
            if not sys.stdin.readline():
                break


if __name__ == "__main__":
    main(*sys.argv[1:])
