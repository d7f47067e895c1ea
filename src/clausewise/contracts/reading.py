"""YAML, read by the 1.2 rules that OpenAPI asks for."""

from __future__ import annotations

import re
from typing import Any

import yaml

_Loader: Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)  # the same, compiled, where it is there


class Yaml12(_Loader):  # type: ignore[misc]
    """YAML without the surprise types: only true and false are booleans, and a date stays text."""


Yaml12.yaml_implicit_resolvers = {
    letter: [(tag, rule) for tag, rule in rules if not tag.endswith((":bool", ":timestamp"))]
    for letter, rules in yaml.SafeLoader.yaml_implicit_resolvers.items()
}
Yaml12.add_implicit_resolver("tag:yaml.org,2002:bool", re.compile(r"^(?:true|false)$"), list("tf"))
