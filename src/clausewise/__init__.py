"""clausewise judges a running API clause by clause against its documents."""

from importlib import import_module
from typing import TYPE_CHECKING

from clausewise._version import __version__

if TYPE_CHECKING:
    from clausewise.checks import any_outcome, differs, has, holds, lacks, matches, outcome, status
    from clausewise.client import Basic, Bearer
    from clausewise.errors import NotConformant, NoVerdict, Untestable
    from clausewise.marks import clause, late
    from clausewise.model import File
    from clausewise.scope import provoked
    from clausewise.stateful import Model
    from clausewise.strict_json import same

__all__ = [
    "Basic",
    "Bearer",
    "File",
    "Model",
    "NoVerdict",
    "NotConformant",
    "Untestable",
    "__version__",
    "any_outcome",
    "clause",
    "differs",
    "has",
    "holds",
    "lacks",
    "late",
    "matches",
    "outcome",
    "provoked",
    "same",
    "status",
]

_ROOMS = ("checks", "client", "errors", "marks", "model", "scope", "strict_json", "stateful")

if not TYPE_CHECKING:  # a type checker would take any name for known

    def __getattr__(name: str) -> object:
        """Import what a suite asks for once it asks: most commands need none of it, and start much sooner."""
        modules = (import_module(f"clausewise.{room}") for room in _ROOMS if name in __all__)
        for module in modules:
            if hasattr(module, name):
                return getattr(module, name)
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
