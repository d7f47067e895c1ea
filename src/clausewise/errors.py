"""Every exception that clausewise raises on purpose, in one tree.

ClausewiseError
+-- ConfigurationError          exit 4: a file, an option or an environment variable is wrong
+-- TargetUnusable              exit 3: nothing can be judged on this target
|   +-- CredentialsRefused      the target turned the configured credentials away
|   +-- AddressNotAllowed       a host of the target resolves to where the target file allows none
|   +-- CircuitOpen             too many calls in a row got no answer; no further one is sent
+-- NoVerdict                   verdict *error*: the network's or the target's fault, not the clause's
|   +-- Unreachable             no answer: reset, timed out, no HTTP
|   |   +-- NoConnection        not even a connection: refused, no such name
|   |   +-- Dropped             a connection that was kept open was closed as the next call came
|   +-- Withheld                not sent: the operation's last calls got no answer
|   +-- Unreadable              an answer that cannot be held: endless, oversized, cut off
|   +-- Throttled               the target asked us to come back later (429; 503 with Retry-After)
|   +-- LoginLost               a log-in that worked before is turned away
+-- Unwritable                  exit 4: what was judged cannot be written down, so the run stops
+-- Untestable                  verdict *untestable*: something the test needs is not there
|   +-- BudgetExhausted         the run's budget is used up; a resumed run makes up for it
|   +-- OutsidePlan             the run's plan does not send what it would take
|   +-- NoToken                 the target's own log-in answers without a token that a caller could use
+-- NotConformant               verdict *fail*: a clause was exercised and is broken (an AssertionError too)
"""

from __future__ import annotations


class ClausewiseError(Exception):
    """Root of the tree; its text is one sentence fit to show a user."""


class ConfigurationError(ClausewiseError):
    """What the user handed us is wrong: says what, where, what was expected and what to do."""


class TargetUnusable(ClausewiseError):
    """The target as a whole cannot be judged."""


class CredentialsRefused(TargetUnusable):
    """The target turned the configured credentials away."""


class AddressNotAllowed(TargetUnusable):
    """The target's host resolves to an address that the target file does not allow."""


class CircuitOpen(TargetUnusable):
    """The target stopped answering, so the run stops asking."""


class NoVerdict(ClausewiseError):
    """A call ended without an answer that could be judged."""


class Unreachable(NoVerdict):
    """No answer came: refused, reset or timed out."""


class NoConnection(Unreachable):
    """Not even a connection came about, so that no other operation is better off."""


class Dropped(Unreachable):
    """The target closed a connection that it had kept open, just as the next call came on it."""


class Withheld(NoVerdict):
    """A call that was not sent, since the last ones of its operation got no answer."""


class Unreadable(NoVerdict):
    """An answer came that cannot be held: oversized, endless or cut off."""


class Throttled(NoVerdict):
    """The target asks us to come back later (429; 503 with Retry-After): no word on the clause."""


class LoginLost(NoVerdict):
    """The target turns credentials away that it let in before."""


class Untestable(ClausewiseError):
    """A clause could not be exercised here; the text is the reason."""


class BudgetExhausted(Untestable):
    """The run may send no more, or take no longer."""


class OutsidePlan(Untestable):
    """The run's plan sends nothing of the kind, so that it does not ask for the clause."""


class NoToken(Untestable):
    """The target's log-in answered, and gave no token that a caller could use: nobody else is at fault."""


class Unwritable(ClausewiseError):
    """What was seen or judged cannot be written down: a full disk, a folder that was taken away."""


class NotConformant(ClausewiseError, AssertionError):
    """A clause was exercised and is broken."""

    def __init__(self, text: str, *, red: bool) -> None:
        super().__init__(text)
        self.red = red
