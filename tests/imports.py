"""Which of the project's files a file of it imports, read from the source."""

import ast
from functools import cache
from pathlib import Path

ROOT = Path(__file__).parents[1]
EXEMPT = {path.relative_to(ROOT).as_posix() for path in ROOT.glob("graphrec/tracking/*.py")}
"""Shows in MLflow what the stages have written, and changes nothing that a stage puts out."""


@cache
def modules_of(file: str) -> frozenset[str]:
    """Dotted names of all that `file` imports anywhere; of `from a import b` both a and a.b."""
    modules = set()
    for node in ast.walk(ast.parse((ROOT / file).read_text())):
        if isinstance(node, ast.Import):
            modules |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{file}: relative imports are not followed here"
            modules |= {node.module} | {f"{node.module}.{alias.name}" for alias in node.names}
    return frozenset(modules)


@cache
def file_of(module: str) -> str | None:
    """The project's file that holds `module`, from the root; None for others' modules."""
    path = module.replace(".", "/")
    for candidate in (f"{path}.py", f"{path}/__init__.py"):
        if path.split("/")[0] in ("graphrec", "stages") and (ROOT / candidate).exists():
            return candidate
    return None


@cache
def imports(file: str) -> frozenset[str]:
    """Project files that `file` imports anywhere, and the packages around them."""
    modules = modules_of(file)
    packages = {module[:at] for module in modules for at in dots(module)}
    files = {file_of(module) for module in modules | packages} - {None}
    return frozenset(path for path in files if not holds_only_a_docstring(path))


def dots(module: str) -> list[int]:
    return [at for at, letter in enumerate(module) if letter == "."]


@cache
def holds_only_a_docstring(file: str) -> bool:
    tree = ast.parse((ROOT / file).read_text())
    return file.endswith("__init__.py") and len(tree.body) <= 1 and ast.get_docstring(tree) != ""


def closure(file: str) -> set[str]:
    """All project files that running `file` imports, itself among them."""
    reached, waiting = set(), {file}
    while waiting:
        reached |= waiting
        waiting = {path for file in waiting for path in imports(file)} - reached - EXEMPT
    return reached
