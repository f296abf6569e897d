"""Register the best run of each data set in MLflow; make it champion if it beats the baselines.

Run as `python -m stages.promote` or `make promote`; not a DVC stage.
"""

from graphrec.config.edge import run_command
from graphrec.config.json_file import read_json
from graphrec.config.paths import Paths
from graphrec.data.storage import load_dataset
from graphrec.tracking import Tracker, store_is_needed, tracking_uri
from graphrec.tracking.promotion import Results, check_measured, judge, promote


def main() -> None:
    paths = Paths()
    tree = read_json(paths.results, Results)
    with store_is_needed(tracking_uri()):
        tracker = Tracker()
        for dataset in tree["best"]:
            verdict = judge(tree, dataset)
            check_measured(tree, verdict.run, paths)
            user = str(load_dataset(paths.known(verdict.run)).users.ids[0])
            print(promote(tracker, paths, dataset, verdict, user))
            for reason in verdict.reasons:
                print(f"  {reason}")


if __name__ == "__main__":
    run_command("promote", main)
