"""clausewise judges a running API clause by clause against its documents."""

from clausewise._version import __version__
from clausewise.checks import any_outcome, differs, has, holds, lacks, matches, outcome
from clausewise.client import Basic, Bearer
from clausewise.errors import NotConformant, Untestable
from clausewise.marks import clause
from clausewise.model import File
from clausewise.scope import provoked
from clausewise.walks import Model

__all__ = [
    "Basic",
    "Bearer",
    "File",
    "Model",
    "NotConformant",
    "Untestable",
    "__version__",
    "any_outcome",
    "clause",
    "differs",
    "has",
    "holds",
    "lacks",
    "matches",
    "outcome",
    "provoked",
]
