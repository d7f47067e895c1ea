"""A customer's accounts, user and settings, whatever happens to them in whatever order."""

from typing import Any

from hypothesis import strategies as st
from hypothesis.stateful import initialize, rule

from clausewise import Model, any_outcome, clause, holds, outcome, same

from .steps import LIST, LOCK, OPEN, customer, open_combo, person, prepared

WHO = st.integers(0, 1)
SETTINGS = [
    ("update-protect-agreement", "consent", "consent_given"),
    ("update-protect-agreement", "consent", "consent_withdrawn"),
    (LOCK, "user_status", "status_locked"),
    (LOCK, "user_status", "status_unlocked"),
    ("updateEkycLimit", "limit", "limit_value"),
]


class Bank(Model):
    """Two customers: the accounts of each, the limit, the consent, and whether the user is locked."""

    path = (
        ("two_customers", {}),
        *[("open", {"who": 0})] * 4,
        ("list", {"who": 0}),
        *[("set", {"who": 0, "what": what}) for what in SETTINGS],
        ("used", {"who": 0}),
        ("set", {"who": 1, "what": SETTINGS[3]}),
        *[("list", {"who": who}) for who in (1, 0)],
    )

    @initialize()
    def two_customers(self):
        """Open both by the combo."""
        self.people = [customer(self.api, self.unique) for _ in range(2)]
        self.accounts = [set(self._listed(who)) for who in range(2)]
        self.settings: list[dict[str, Any]] = [{}, {}]
        for who in range(2):
            for what in SETTINGS[::2]:  # so that whatever is disturbed later is seen at once
                self._set(who, *what)

    @rule(who=WHO)
    def open(self, who):
        """One more account."""
        made = self.expect(
            f"open an account for {who}", self.api.ask(OPEN, cif=self.people[who].cif), outcome("done")
        )
        self.accounts[who].add(str(self.api.one(made, "account")))
        self._look(who)

    @rule(who=WHO, what=st.sampled_from(SETTINGS))
    def set(self, who, what):
        """Give or withdraw consent, lock or unlock the user, set the limit."""
        self._set(who, *what)

    @rule(who=WHO)
    def list(self, who):
        """The list has exactly the accounts that were opened."""
        answer = self.api.ask(LIST, cif=self.people[who].cif)
        listed = list(map(str, self.api.found(answer, "account")))
        theirs = sorted(self.accounts[who])
        alike = all(it in listed for it in theirs) and all(it in theirs for it in listed)
        kept = holds(alike, expected=str(theirs), actual=sorted(listed))
        self.expect(f"list the accounts of {who}", answer, outcome("done"), kept)

    @rule(who=WHO)
    def used(self, who):
        """Nobody can be opened with the user name of another."""
        someone = person(self.api, self.unique)._replace(username=self.people[who].person.username)
        answer = open_combo(self.api, someone)
        self.expect(f"open somebody with the user name of {who}", answer, any_outcome("success", "invalid"))
        if answer.response.status in range(200, 300):  # the document does not say that it is refused
            self.settings[who].pop("user_status", None)

    def _listed(self, who):
        return map(str, self.api.found(prepared(self.api.ask(LIST, cif=self.people[who].cif)), "account"))

    def _set(self, who, update, thing, value):
        whom = self.people[who]
        sent = self.api.ask(update, **(whom.things | {thing: self.api.bound(value)}))
        self.expect(f"{update} of {who}: {value}", sent, outcome("done"))
        query = "user_query" if thing == "user_status" else f"{thing}_query"
        shown = prepared(self.api.ask(self.api.bound(query), **whom.things))
        self.settings[who][thing] = query, self.api.found(shown, thing)
        self._look(who)

    def _look(self, who):
        """See that each setting is shown as it was right after it was set, whatever was done since."""
        for thing, (query, was) in self.settings[who].items():
            answer = self.api.ask(self.api.bound(query), **self.people[who].things)
            now = self.api.found(answer, thing)
            kept = holds(same(now, was), expected=str(was), actual=now, where=thing)
            self.expect(f"look at the {thing} of {who}", answer, outcome("done"), kept)


@clause("account-service.model.bank")
def test_customers_stay_what_was_made_of_them(walk):
    """Accounts, consent, limit and status are what the calls so far make of them, for each customer."""
    walk(Bank)
