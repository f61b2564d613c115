"""YAML as `manage.py export` writes it and `plan` and `apply` read it: plain values only.

The safe loader of PyYAML builds nothing but texts, numbers, lists and mappings. Aliases, which can
make a small file huge, fields that come twice, of which it would take the last, and deep nesting,
which its C code follows until the process dies, are refused.
"""

from collections.abc import Hashable, Iterable
from typing import Any, Final

import yaml

from clients_app.errors import PortalError

SIZE_MAX: Final = 64 * 1024 * 1024  # characters: 50,000 clients take half of that
LEVELS_MAX: Final = 20  # three times what an export has


class _Loader(yaml.CSafeLoader):
    def construct_mapping(self, node: yaml.MappingNode, deep: bool = False) -> dict[Hashable, Any]:
        names = [self.construct_object(key, deep=True) for key, _value in node.value]
        for name in names:
            if names.count(name) > 1:
                raise _refused(node.start_mark.line, f"{name} comes twice")
        return super().construct_mapping(node, deep)


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
        levels += isinstance(event, yaml.CollectionStartEvent)
        levels -= isinstance(event, yaml.CollectionEndEvent)
        if levels > LEVELS_MAX:
            raise _refused(_line(event), f"nest at most {LEVELS_MAX} levels of lists and fields")


def _line(event: yaml.Event) -> int:
    return event.start_mark.line if event.start_mark else 0


def _refused(line: int, problem: str) -> PortalError:
    return PortalError("Line %(line)s: %(problem)s.", line=line + 1, problem=problem)
