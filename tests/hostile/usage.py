"""Wrong calls, and a params.yaml that is none."""

from tests.hostile.changes import DELETE, folder, gone, more, nothing, param, text
from tests.hostile.project import RUN

NAMED = ("preprocess", "explore", "baseline", "curves", "train", "evaluate", "download")
UNNAMED = ("report", "promote", "sync")

USAGE = [
    *((stage, nothing, stage, "expected one argument") for stage in NAMED),
    *((f"{stage} with two", nothing, f"{stage} a b", "got 'a' 'b'") for stage in NAMED),
    *((f"{stage} with one", nothing, f"{stage} a", "expected no arguments") for stage in UNNAMED),
    *((f"{stage} ../up", nothing, f"{stage} ../up", "got '../up'") for stage in NAMED),
    *((f"{stage} of none", nothing, f"{stage} none", "known") for stage in NAMED),
    ("compare with two", nothing, "compare a b", "at most one argument, a measure"),
    ("compare by what", nothing, "compare nothing", "expected a measure of"),
    ("port", nothing, "graphrec.tracking.page x", "expected a port from 1 to 65535, got 'x'"),
    ("port 0", nothing, "graphrec.tracking.page 0", "expected a port"),
    ("port 99999", nothing, "graphrec.tracking.page 99999", "expected a port"),
    ("two ports", nothing, "graphrec.tracking.page 1 2", "at most one argument, a port"),
]

BOMB = "a: &a [1, 1, 1, 1, 1, 1, 1, 1]\n" + "".join(
    f"{name}: &{name} [{', '.join([f'*{before}'] * 8)}]\n"
    for before, name in zip("abcdefg", "bcdefgh", strict=True)
)

PARAMS_TEXT = [
    ("no file", gone("params.yaml"), "in params.yaml, got No such file"),
    ("a folder", folder("params.yaml"), "got Is a directory"),
    ("empty", text("params.yaml", ""), "the whole file"),
    ("a tab", more("params.yaml", "a:\n\tb: 1\n"), "cannot start any token"),
    ("a key twice", more("params.yaml", "seed: 1\n"), "each key once in params.yaml, got 'seed'"),
    ("latin-1", text("params.yaml", b"# \xe9\nseed: 1\n"), "UTF-8 in params.yaml, got the byte"),
    ("utf-16", text("params.yaml", "seed: 1\n".encode("utf-16")), "expected text in UTF-8"),
    ("a bomb", text("params.yaml", BOMB), "expected at most 100,000 values"),
    ("a loop", text("params.yaml", "a: &a [*a]\n"), "an alias within what it names"),
    ("a tag", more("params.yaml", "x: !!python/object/apply:os.getcwd []\n"), "constructor"),
    ("depth", text("params.yaml", "[" * 1000), "recursion"),
    ("an unknown key", more("params.yaml", "sede: 1\n"), "expected only known keys"),
    ("no date", more("params.yaml", "x: 2020-13-45\n"), "a value that is none of its kind"),
    ("zero bytes", text("params.yaml", b"\0" * 10), "unacceptable character"),
    ("a megabyte", text("params.yaml", "#" * 2**21), "expected at most 1,048,576 bytes"),
]
PARAMS = [
    ("n_resamples", param("evaluate/n_resamples", 10**9), "less than or equal to 10000"),
    ("threads", param("threads", 2**70), "threads: "),
    ("batch size", param("hyperparameters/small/batch_size", 2**70), "batch_size"),
    ("columns", param("hyperparameters/small/lightgcn/embedding_dim", 10**9), "65536"),
    ("no seed", param("seed", DELETE), "seed: expected a value"),
    ("a run's name", param("runs/a;touch pwned", RUN), "runs.a;touch pwned"),
    ("address", param("archives/movielens/url", "http://[bad/x.zip"), "expected an address"),
]
PARAMS_CASES = [
    *(
        (f"params.yaml: {name} ({stage})", change, command, told)
        for stage, command in (
            ("train", "train shop-base"),
            ("evaluate", "evaluate shop-base"),
            ("preprocess", "preprocess shop"),
            ("explore", "explore shop"),
            ("baseline", "baseline shop"),
            ("curves", "curves shop"),
            ("download", "download movielens"),
            ("report", "report"),
            ("sync", "sync"),
            ("compare", "compare"),
        )
        for name, change, told in PARAMS_TEXT[:5]
    ),
    *((f"params.yaml: {name}", change, "explore shop", told) for name, change, told in PARAMS_TEXT),
    *((f"params.yaml: {name}", change, "train shop-base", told) for name, change, told in PARAMS),
]
