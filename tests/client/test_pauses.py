"""A target that asks for pauses gets them, within bounds; how quick it may be asked is learned."""

import time
from typing import Any

import hostile
import pytest
from clients import LIMITS, again, client

from clausewise import contracts, package_data
from clausewise.client import Budget, Client, Transport, retry_after
from clausewise.errors import (
    Throttled,
)
from clausewise.model import Request, Response
from clausewise.targets import FamilyTarget, Limits, Tls

pytestmark = pytest.mark.quick


def test_the_rate_limit_paces_calls():
    """At 20 requests a second five calls take at least four pauses of 50 ms."""
    transport = Transport(Limits(rate=20), Tls())
    with hostile.serving(hostile.http(b"{}")) as url:
        began = time.monotonic()
        for _ in range(5):
            transport.send(Request("GET", url))

    assert time.monotonic() - began >= 0.19


def test_too_many_requests_is_no_word_on_any_clause():
    """An undocumented 429 asks for a slower run, so it is an error of the run and not a failure."""
    busy = hostile.http(b"{}", status="429 Too Many Requests")
    with hostile.serving(busy) as url, pytest.raises(Throttled, match="lower `rate`"):
        client(url).call("getWidget", path={"name": "a"}, auth=None)


BUSY = "429 Too Many Requests", "503 Service Unavailable"


WELL = hostile.http(b'{"name": "a"}')


def put_off(status, after):
    """Answer that it is too early."""
    return hostile.http(b"{}", status=status, headers=f"Retry-After: {after}\r\n")


@pytest.mark.parametrize("status", BUSY)
def test_a_target_that_asks_for_a_pause_gets_it_and_is_asked_again(status):
    """What was put off is on record, counts for nothing, and does not keep the call from its answer."""
    heard: list[Any] = []
    with hostile.serving(again(put_off(status, 1), WELL)) as url:
        caller = client(url)
        caller.heard = heard.append
        began = time.monotonic()
        answer = caller.call("getWidget", path={"name": "a"}, auth=None)

    assert time.monotonic() - began >= 1
    assert (answer.response.status, answer.stray) == (200, False)
    assert [(told.response.status, told.stray) for told in heard] == [(int(status[:3]), True), (200, False)]


@pytest.mark.parametrize(
    ("status", "after", "said"),
    [
        (BUSY[0], "60", "429: the target asks to wait 60 s, and .limits. max_wait allows no longer wait"),
        (BUSY[1], "60", "503: the target asks to wait 60 s"),
        (BUSY[0], "0", "429 after 10 s of waiting"),
        (BUSY[0], "soon", "asks for fewer requests"),
        (BUSY[0], "Sat, 01 Jan 2028 00:00:00 GMT", "asks to wait [0-9]+ s"),
        (BUSY[0], "9" * 5000, "asks to wait 1000000000 s"),
    ],
    ids=["long", "unavailable", "always now", "no time", "a date", "absurd"],
)
def test_a_target_is_not_waited_for_beyond_its_owners_patience(monkeypatch, status, after, said):
    """What takes longer than `max_wait`, in one pause or in many, is an error that says so."""
    monkeypatch.setattr("time.sleep", lambda _: None)
    with hostile.serving(put_off(status, after)) as url, pytest.raises(Throttled, match=said):
        client(url).call("getWidget", path={"name": "a"}, auth=None)


def test_a_date_to_come_back_counts_from_the_answers_own_clock():
    """A clock that is hours off does not turn two seconds into hours."""
    headers = (("Date", "Sat, 01 Jan 2028 00:00:00 GMT"), ("Retry-After", "Sat, 01 Jan 2028 00:00:02 GMT"))

    assert retry_after.asked(Response(429, headers)) == 2


def test_all_pauses_together_have_an_end(monkeypatch):
    """A run waits for a family as often as the breaker counts, and then no more."""
    monkeypatch.setattr("time.sleep", lambda _: None)
    waits = retry_after.RetryAfter(Limits(max_wait=1, breaker=3))

    assert [waits.wait(1, 0) for _ in range(5)] == [True, True, True, False, False]


def test_who_answers_is_waited_for_again(monkeypatch):
    """Fifty calls that are let through are worth five pauses of a second."""
    monkeypatch.setattr("time.sleep", lambda _: None)
    waits = retry_after.RetryAfter(Limits(max_wait=1, breaker=3))
    waited = []
    for _ in range(20):
        waited.append(waits.wait(1, 0))
        for _ in range(10):
            waits.answered()

    assert all(waited)


class Clock:
    """A clock that a sleep moves on."""

    now = 100.0

    def monotonic(self):
        """Return its time."""
        return self.now

    def sleep(self, seconds):
        """Move on."""
        self.now += seconds


@pytest.mark.parametrize("workers", [1, 3])
def test_a_pace_is_learned_from_what_a_target_puts_off(monkeypatch, tmp_path, workers):
    """Five a second are let through: after a pause calls go as fast as that, and few are put off again."""
    clock, book = Clock(), tmp_path / "book"
    monkeypatch.setattr("clausewise.client.budget.time", clock)
    monkeypatch.setattr("clausewise.thread_turns.time", clock)
    budgets = [Budget(book=book if workers > 1 else None) for _ in range(workers)]
    taken: list[Any] = []
    away = 0
    for number in range(600):
        budgets[number % workers].spend()
        if len([at for at in taken[-5:] if clock.now - at < 1]) < 5:
            taken.append(clock.now)
        else:
            away += 1
            budgets[number % workers].put_off(1)
        clock.now += 0.005

    assert away < 600 / 25
    assert 110 < clock.now - 100 < 600 / 5 * 1.3


def test_no_pause_makes_a_run_endless(monkeypatch):
    """What is learned of one long pause is no pace for hours."""
    clock = Clock()
    monkeypatch.setattr("clausewise.client.budget.time", clock)
    monkeypatch.setattr("clausewise.thread_turns.time", clock)
    budget = Budget()
    for _ in range(2):
        budget.spend()
    budget.put_off(3600)
    clock.now += 3600
    began = clock.now
    for _ in range(11):
        budget.spend()
    assert clock.now - began <= 22

    for _ in range(1000):  # and it is forgotten where calls are let through again
        budget.spend()
    before = clock.now
    budget.spend()
    assert clock.now - before < 0.1

    budget.put_off(60)
    budget.forget()
    before = clock.now
    budget.spend()
    assert clock.now == before


def test_an_unavailable_target_that_names_no_time_is_judged():
    """An undocumented 503 without Retry-After is an answer like any other."""
    with hostile.serving(hostile.http(b"{}", status=BUSY[1])) as url:
        answer = client(url).call("getWidget", path={"name": "a"}, auth=None)

    assert (answer.response.status, answer.stray) == (503, False)


@pytest.mark.parametrize(("after", "asked_again"), [("0", True), ("", False)], ids=["later", "refused"])
def test_a_429_of_a_class_is_put_off_only_where_it_says_so(monkeypatch, after, asked_again):
    """A document that lists 4XX has an answer in it; with `Retry-After` it is the gateway's word."""
    monkeypatch.setattr("time.sleep", lambda _: None)
    contract = contracts.load(package_data.SCHEMAS / "account-service" / "openapi.yaml", "account-service")
    busy = put_off(BUSY[0], after) if after else hostile.http(b"{}", status=BUSY[0])
    with hostile.serving(again(busy, hostile.http(b"{}"))) as url:
        target = FamilyTarget("account-service", "account-service", url)
        answer = Client(contract, target, Transport(LIMITS, Tls()), "t").call(
            "get-account-list", {}, auth=None
        )

    assert (answer.response.status == 200) is asked_again
