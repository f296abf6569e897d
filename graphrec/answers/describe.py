"""What a trained model is, from its folder and its reports alone."""

import json
from typing import Any

from graphrec.answers.choice import Choice
from graphrec.config.content import content_key
from graphrec.config.paths import KNOWN, Paths
from graphrec.config.settings import flatten
from graphrec.data.storage import load_dataset

RUN = ("model", "layers", "risk", "soft_sampling", "refit")
EVALUATION = "evaluation.json"


def describe(choice: Choice, paths: Paths | None = None) -> dict[str, Any]:
    """Run, data set, its words and sizes, model, best epoch, what the parts weigh, measures.

    Measures are those of reports/evaluation/<run>, or of the registered run's artifacts, and only
    where they are of this very training. Raises AnswerError for a folder that cannot be read.
    """
    settings = choice.settings
    try:
        data = load_dataset(choice.folder / KNOWN)
        params = settings["params"]
        tree = {
            "run": choice.name,
            "answers_as": choice.reason,
            "dataset": {
                "name": params["run.dataset"],
                "user": data.about.user_name,
                "item": data.about.item_name,
                "interaction": data.about.interaction_name,
                "ratings": data.about.ratings and data.about.ratings.model_dump(),
                "users": data.num_users,
                "items": data.num_items,
                "training_interactions": len(data.train),
                "validation_interactions": len(data.valid),
                "item_features": {name: block.kind for name, block in data.items.features.items()},
            },
            **{name: params[f"run.{name}"] for name in RUN},
            "best_epoch": settings["best_epoch"],
            "learned": settings.get("learned", {}),
        }
    except (OSError, ValueError, KeyError) as error:
        raise choice.damaged(error) from error
    evaluation = _evaluation(choice, paths or Paths())
    return tree | {part: evaluation[part] for part in ("valid", "test") if part in evaluation}


def _evaluation(choice: Choice, paths: Paths) -> dict[str, Any]:
    """Measures of this training; empty where there are none."""
    folder = choice.folder if choice.registered else paths.evaluation(choice.name)
    file = folder / EVALUATION
    if not file.exists():
        return {}
    tree: dict[str, Any] = json.loads(file.read_text())
    own = choice.registered or tree["content"] == content_key(choice.name, paths)
    return tree if own else {}


def as_rows(tree: dict[str, Any]) -> list[dict[str, Any]]:
    """A row with name and value for each thing said, names dotted."""
    return [{"name": name, "value": value} for name, value in flatten(tree)]
