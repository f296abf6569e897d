"""Text of params.yaml to plain values, where YAML allows more than a file of parameters needs."""

from collections.abc import Iterator
from typing import Any

import yaml

from graphrec.config.errors import ParamsError

MOST_BYTES = 1 << 20
MOST_VALUES = 100_000
"""With each alias counting as all that it stands for: a few lines of them can be billions."""


def parse_yaml(content: bytes, source: str = "params.yaml") -> Any:
    """Values of a YAML file in UTF-8.

    Raises ParamsError where it is not that, gives a key twice, or holds more values than
    MOST_VALUES.
    """
    if len(content) > MOST_BYTES:
        raise ParamsError(
            f"expected at most {MOST_BYTES:,} bytes in {source}, got {len(content):,}: is it that "
            "file?"
        )
    try:
        loader = yaml.SafeLoader(content.decode("utf-8-sig"))
        node = loader.get_single_node()
        if node is None:
            return None
        _count(node, {}, source)
        return loader.construct_document(node)
    except UnicodeDecodeError as error:
        row = content[: error.start].count(b"\n") + 1
        raise ParamsError(
            f"expected text in UTF-8 in {source}, got the byte 0x{content[error.start]:02x} in "
            f"line {row}: save it as UTF-8"
        ) from error
    except yaml.MarkedYAMLError as error:
        raise _unreadable(source, f"{error.problem}{_place(error.problem_mark)}") from error
    except (yaml.YAMLError, RecursionError) as error:
        raise _unreadable(source, " ".join(str(error).split())) from error
    except ParamsError:
        raise
    except (ValueError, TypeError, LookupError, AttributeError, OverflowError) as error:
        # Of values that do not suit their tag, such as the date 2020-13-45.
        raise _unreadable(source, f"a value that is none of its kind ({error})") from error


def _unreadable(source: str, problem: str) -> ParamsError:
    return ParamsError(
        f"expected readable YAML in {source}, got: {problem}: mend it there, by spaces, not tabs"
    )


def _count(node: yaml.Node, counted: dict[int, int], source: str) -> int:
    """How many values a node holds once its aliases are followed; duplicate keys are told."""
    if id(node) in counted:
        if counted[id(node)] == 0:
            raise _unreadable(source, f"an alias within what it names{_place(node.start_mark)}")
        return counted[id(node)]
    counted[id(node)] = 0
    if isinstance(node, yaml.MappingNode):
        _expect_single_keys(node, source)
    count = 1 + sum(_count(child, counted, source) for child in _children(node))
    if count > MOST_VALUES:
        raise ParamsError(
            f"expected at most {MOST_VALUES:,} values in {source}, got more"
            f"{_place(node.start_mark)}: write out what its aliases (*) are to stand for"
        )
    counted[id(node)] = count
    return count


def _children(node: yaml.Node) -> Iterator[yaml.Node]:
    if isinstance(node, yaml.MappingNode):
        for key, value in node.value:
            yield key
            yield value
    elif isinstance(node, yaml.SequenceNode):
        yield from node.value


def _expect_single_keys(node: yaml.MappingNode, source: str) -> None:
    seen = set()
    for key, _ in node.value:
        if isinstance(key, yaml.ScalarNode):
            if (key.tag, key.value) in seen:
                raise ParamsError(
                    f"expected each key once in {source}, got {key.value!r} again"
                    f"{_place(key.start_mark)}: remove one"
                )
            seen.add((key.tag, key.value))


def _place(mark: yaml.Mark | None) -> str:
    return f" in line {mark.line + 1}" if mark else ""
