"""The programs of docs/examples as modules."""

from importlib.util import module_from_spec, spec_from_file_location
from typing import Any

from tests.portal_process import CHECKOUT


def load_example(name: str) -> Any:
    """Return the program ``name`` as a module of its own."""
    spec = spec_from_file_location(name, CHECKOUT / "docs" / "examples" / f"{name}.py")
    assert spec is not None
    assert spec.loader is not None
    module = module_from_spec(spec)
    spec.loader.exec_module(module)
    return module
