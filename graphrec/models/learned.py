"""What the parts of a trained model turned out to weigh."""

from torch import nn

from graphrec.models.ngcf_final import NGCF_Final


def learned(model: nn.Module) -> dict[str, float]:
    """What the parts of NGCF_Final turned out to weigh, by name; of another model nothing."""
    if not isinstance(model, NGCF_Final):
        return {}
    values: dict[str, float] = {}
    if model.ranking is not None:
        pairs = zip(model.names, model.weight, strict=True)
        values |= {f"ranking.{name}": float(weight) for name, weight in pairs}
    if model.rating is not None:
        values["rating.network"] = float(model.share)
        if model.ranking is not None and model.likes:
            values |= {"liked.slope": float(model.liked[0]), "liked.centre": float(model.liked[1])}
    return values
