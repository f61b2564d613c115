"""YAML as `manage.py export` writes it and `plan` and `apply` read it: plain values only.

The safe loader of PyYAML builds nothing but texts, numbers, lists and mappings. Aliases, which can
make a small file huge, fields that come twice, of which it would take the last, tags, numbers and
dates that look like a text, and deep nesting, which its C code follows until the process dies, are
refused, each with its line.
"""

import re
from collections.abc import Iterable
from typing import Any, Final, NoReturn

import yaml
from yaml.reader import ReaderError

from clients_app.errors import PortalError
from clients_app.services.declared.fields import Fields

SIZE_MAX: Final = 64 * 1024 * 1024  # characters: 50,000 clients take half of that
_TAGS: Final = "tag:yaml.org,2002:"
LEVELS_MAX: Final = 20  # three times what an export has


class _Loader(yaml.CSafeLoader):
    def construct_mapping(self, node: yaml.MappingNode, deep: bool = False) -> Fields:
        lines: dict[Any, int] = {}
        for key, _value in node.value:
            line = key.start_mark.line
            if not isinstance(key, yaml.ScalarNode) or key.tag == f"{_TAGS}merge":
                raise _refused(line, "begin each field with its name")
            name = self.construct_object(key)
            if name in lines:
                raise _refused(line, f"{name} comes twice")
            lines[name] = line + 1
        values = super().construct_mapping(node, deep=True)
        return Fields(values, line=node.start_mark.line + 1, lines=lines)


def _fields(loader: _Loader, node: yaml.MappingNode) -> Fields:
    return loader.construct_mapping(node)


def _number(_loader: _Loader, node: yaml.ScalarNode) -> int:
    """Return a number, and refuse what YAML 1.1 takes for one: 0600 (384), 1:00 (60)."""
    if not re.fullmatch("-?(0|[1-9][0-9]{0,17})", node.value):
        raise _refused(node.start_mark.line, "write a number in plain digits, a text in quotes")
    return int(node.value)


def _date(_loader: _Loader, node: yaml.ScalarNode) -> NoReturn:
    raise _refused(node.start_mark.line, "put a date in quotes")


_Loader.add_constructor(f"{_TAGS}map", _fields)
_Loader.add_constructor(f"{_TAGS}int", _number)
_Loader.add_constructor(f"{_TAGS}timestamp", _date)


def read_yaml(text: str) -> Any:
    """Return the value in a text. Errors: PortalError with the line."""
    if len(text) > SIZE_MAX:
        raise PortalError("The file is too long.")
    try:
        _check(yaml.parse(text, Loader=yaml.CSafeLoader))
        loader = _Loader(text)
        try:
            return loader.get_single_data()
        finally:
            loader.dispose()
    except yaml.MarkedYAMLError as error:
        line = error.problem_mark.line if error.problem_mark else 0
        raise _refused(line, error.problem or error.context or "not YAML") from error
    except ReaderError as error:
        line = text.encode().count(b"\n", 0, error.position)
        raise _refused(line, "YAML allows no control characters") from error
    except (yaml.YAMLError, ValueError, RecursionError) as error:
        raise PortalError("The file is not YAML (%(reason)s).", reason=str(error)) from error


def yaml_of(values: Any) -> str:
    """Return lists and mappings as YAML, in their order."""
    text: str = yaml.dump(
        values, Dumper=yaml.CSafeDumper, sort_keys=False, allow_unicode=True, width=100
    )
    return text


def _check(events: Iterable[yaml.Event]) -> None:
    levels = 0
    for event in events:
        if isinstance(event, yaml.AliasEvent):
            raise _refused(_line(event), "write the values instead of an alias")
        if getattr(event, "tag", None):
            raise _refused(_line(event), "leave out tags, which begin with !")
        levels += isinstance(event, yaml.CollectionStartEvent)
        levels -= isinstance(event, yaml.CollectionEndEvent)
        if levels > LEVELS_MAX:
            raise _refused(_line(event), f"nest at most {LEVELS_MAX} levels of lists and fields")


def _line(event: yaml.Event) -> int:
    return event.start_mark.line if event.start_mark else 0


def _refused(line: int, problem: str) -> PortalError:
    return PortalError("Line %(line)s: %(problem)s.", line=line + 1, problem=problem)
