"""The frozen values that every room speaks in."""

from __future__ import annotations

from clausewise.model.clauses import (
    Binding,
    Clause,
    Defect,
    Discrepancy,
    Freedom,
    Kind,
    Observability,
    RoleNeed,
    Source,
    Standing,
    Verdict,
)
from clausewise.model.contract import (
    BodyRule,
    Complaint,
    Contract,
    Form,
    Input,
    Link,
    Operation,
    Outcome,
    Parameter,
    Role,
    Sample,
    Undo,
)
from clausewise.model.exchanges import STEPS, Assertion, Exchange, File, Finding, Request, Response
from clausewise.model.masks import SIGNS, Masks, PartlyMasked, masked_in, revealed
from clausewise.model.names import among, secret_name
from clausewise.model.spellings import RULED_OUT, Spelling, respelt, respelt_place
from clausewise.strict_json import Json

__all__ = [
    "RULED_OUT",
    "SIGNS",
    "STEPS",
    "Assertion",
    "Binding",
    "BodyRule",
    "Clause",
    "Complaint",
    "Contract",
    "Defect",
    "Discrepancy",
    "Exchange",
    "File",
    "Finding",
    "Form",
    "Freedom",
    "Input",
    "Json",
    "Kind",
    "Link",
    "Masks",
    "Observability",
    "Operation",
    "Outcome",
    "Parameter",
    "PartlyMasked",
    "Request",
    "Response",
    "Role",
    "RoleNeed",
    "Sample",
    "Source",
    "Spelling",
    "Standing",
    "Undo",
    "Verdict",
    "among",
    "masked_in",
    "respelt",
    "respelt_place",
    "revealed",
    "secret_name",
]
