"""Which package of the library may import which: each only what stands before it."""

FLOOR_PLAN: dict[str, set[str]] = {
    "config": set(),
    "data": {"config"},
    "graph": {"config", "data"},
    "filters": {"config", "data", "graph"},
    "baselines": {"config", "data", "filters"},
    "models": {"config", "data", "graph", "filters"},
    "evaluation": {"config", "data"},
    "training": {"config", "data", "graph", "filters", "models", "evaluation"},
    "reporting": {"config", "data", "evaluation"},
    "tracking": {"config"},
    "answers": {"config", "data", "graph", "filters", "models", "evaluation", "tracking"},
}
