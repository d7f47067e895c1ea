"""Customers and tokens over their life, whatever comes in whatever order."""

from hypothesis import strategies as st
from hypothesis.stateful import initialize, rule

from clausewise import Bearer, Model, clause, has, outcome

from .people import applicant
from .steps import ask, log_in, look_up, onboard, read, refresh_grant


class Customers(Model):
    """Who was onboarded under which ECRN, and somebody who was not."""

    path = (
        ("nobody_yet", {}),
        *[("onboard", {})] * 3,
        ("look_up", {"at": 0, "document": 1}),
        ("read", {"at": 0}),
        ("look_nobody_up", {}),
        ("read", {"at": 2}),
        ("look_up", {"at": 1, "document": 0}),
    )

    @initialize()
    def nobody_yet(self):
        """Think of somebody whom nobody knows."""
        self.known = []
        self.stranger = applicant(self.unique)

    @rule()
    def onboard(self):
        """Onboard somebody new."""
        person = applicant(self.unique)
        self.known.append((person, onboard(self.api, person)))
        self.look_up(0, 0)

    @rule(at=st.integers(0, 30), document=st.integers(0, 1))
    def look_up(self, at, document):
        """Look somebody up by either document."""
        if self.known:
            person, ecrn = self.known[at % len(self.known)]
            answer = look_up(self.api, person, document)
            here = (
                f"look up customer {at % len(self.known) + 1} of {len(self.known)} by document {document + 1}"
            )
            self.expect(here, answer, outcome("found"), has("/data/ecrn", ecrn))

    @rule(at=st.integers(0, 30))
    def read(self, at):
        """Read somebody by the ECRN."""
        if self.known:
            _, ecrn = self.known[at % len(self.known)]
            here = f"read customer {at % len(self.known) + 1} of {len(self.known)}"
            self.expect(here, read(self.api, ecrn), outcome("record"), has("/ecrn", ecrn))
            self.look_up(at, 1)

    @rule()
    def look_nobody_up(self):
        """Look up who was never onboarded."""
        self.expect("look nobody up", look_up(self.api, self.stranger), outcome("not-found"))


class Tokens(Model):
    """The access tokens that were given, and the refresh tokens that nobody has used."""

    path = (
        ("first", {}),
        *[("enter", {})] * 3,
        ("use", {"at": 0}),
        *[("use", {"at": at}) for at in range(4)],
        *[("refresh", {})] * 2,
        *[("use", {"at": at}) for at in (4, 5)],
    )

    @initialize()
    def first(self):
        """Log in once."""
        self.given, self.fresh = [], []
        self.enter()

    @rule()
    def enter(self):
        """Log in; the other tokens stay good."""
        self._keep(self.expect("log in", log_in(self.api, self.target), outcome("token")))

    @rule()
    def refresh(self):
        """Refresh by the oldest unused refresh token; no document says what a used one is worth."""
        if self.fresh:
            answer = self.api.call("getToken", form=refresh_grant(self.target, self.fresh.pop(0)))
            self._keep(self.expect("refresh", answer, outcome("token")))

    @rule(at=st.integers(0, 30))
    def use(self, at):
        """Ask with one of the access tokens that were given."""
        held = self.given[at % len(self.given)]
        here = f"ask with token {at % len(self.given) + 1} of {len(self.given)}"
        self.expect(here, ask(self.api, self.unique, Bearer(held)), outcome("not-found"))

    def _keep(self, answer):
        self.given.append(answer.at("/access_token"))
        self.fresh.append(answer.at("/refresh_token"))


@clause("cdp.model.customers")
def test_everybody_is_found_as_themselves(walk):
    """However many are onboarded, each is found under their own documents and ECRN."""
    walk(Customers)


@clause("cdp.model.tokens")
def test_every_token_that_was_given_is_good(walk):
    """Neither a later log-in nor a refresh takes an access token away."""
    walk(Tokens)
