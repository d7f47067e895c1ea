"""What the tests of a process share: what one finds out, begins or leaves behind, and another takes up."""

from __future__ import annotations

from dataclasses import dataclass, field

from clausewise.plugin.cleanup import Cleanup
from clausewise.plugin.counterexamples import Counterexamples
from clausewise.plugin.expiry import Expiry
from clausewise.plugin.loans import Loans
from clausewise.plugin.operation_tests import Memory
from clausewise.plugin.shared_resources import Taker


@dataclass(repr=False)
class SharedState:
    """What lasts from one test of a process to the next.

    `memories` is what is found out of each family, `taken` what the target gives away once, `loans` what
    tests gave back, `cleanup` what the calls left in the target.
    """

    counterexamples: Counterexamples
    cleanup: Cleanup
    expiry: Expiry = field(default_factory=Expiry)
    memories: dict[str, Memory] = field(default_factory=dict)
    taken: dict[str, Taker] = field(default_factory=dict)
    loans: Loans = field(default_factory=Loans)
