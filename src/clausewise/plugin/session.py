"""What one pytest process holds during a run: the scope, the clients, the journal, the judge at work."""

from __future__ import annotations

import os
import secrets
import threading
from collections.abc import Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from functools import cached_property
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, Protocol

import pytest

from clausewise import families, journal, report, scope, snapshots, statement, thread_turns
from clausewise._version import __version__
from clausewise.client import Budget, Client, Heard, Ledger, Transport
from clausewise.errors import ClausewiseError, ConfigurationError, Unwritable
from clausewise.journal import Journal
from clausewise.judge import Judge, JudgeContext, masker
from clausewise.labels import said
from clausewise.model import Exchange
from clausewise.plans import DEFAULT, PLANS, Plan
from clausewise.plugin import startup
from clausewise.plugin.cleanup import Cleanup
from clausewise.plugin.counterexamples import Counterexamples
from clausewise.plugin.dry_run import stand_in
from clausewise.plugin.expiry import Expiry
from clausewise.plugin.operation_tests import Memory
from clausewise.plugin.other_tests import OtherTests
from clausewise.plugin.selection import Selection
from clausewise.plugin.shards import WHOLE, Shard
from clausewise.plugin.shared_resources import Taker
from clausewise.rulings import Rulings
from clausewise.scope import Scope
from clausewise.verdict import Policy


class Overlapping(Protocol):
    """Tests that run at once in threads of this process."""

    def perform(self, item: pytest.Item) -> None:
        """Run a test in the thread that asks."""

    def cancel(self) -> None:
        """Begin no further test, and end those at hand."""


class _Own(threading.local):
    """What a thread has at hand: the judge of its test, and whether that test is repeated."""

    current: Judge | None = None
    repeats: bool = False


@dataclass(repr=False)  # pytest would show all documents among the locals of a test that fails
class Session:
    """One process of a run: the controller, or a worker under xdist.

    Its threads share it: they work in turns, and what a test has at hand is its thread's own.
    """

    scope: Scope
    folder: Path
    run: str
    seed: int
    key: bytes
    choice: Selection
    worker: str
    policy: Policy
    rulings: Rulings = field(default_factory=Rulings)
    labels: Mapping[str, str] = field(default_factory=dict)
    plan: Plan = DEFAULT
    shard: Shard = WHOLE
    budget: Budget = field(default_factory=Budget)
    log_ins: Ledger = field(default_factory=Ledger)
    part: int = 1
    done: frozenset[str] = frozenset()
    _salt: str = ""
    counterexamples: Counterexamples = field(default_factory=lambda: Counterexamples(None))
    confirming: bool = False
    cleans: bool = True
    lost: str = ""  # why the run folder takes no more
    is_worker: bool = False
    is_dry: bool = False
    asked: Scope | None = None  # what a dry run stands in for
    results: dict[str, Any] = field(default_factory=dict)
    ageing: Expiry = field(default_factory=Expiry)
    strangers: OtherTests = field(default_factory=OtherTests)
    memories: dict[str, Memory] = field(default_factory=dict)  # what is found out of each family
    taken: dict[str, Taker] = field(default_factory=dict)  # what the target gives away once
    left_out: set[str] = field(default_factory=set)  # tests of ours, by pytest's own options
    _stack: ExitStack = field(default_factory=ExitStack)
    rehearsing: bool = False
    narrows: bool = True  # asks which field a refused request is refused for
    overlapped: int = 1  # calls at once, as soon as that is known
    overlap: Overlapping | None = None  # as long as tests overlap
    room: thread_turns.Lock = thread_turns.OPEN  # for the calls that may be at work at once
    _own: _Own = field(default_factory=_Own)
    _clients: dict[str, Client] = field(default_factory=dict)
    _transports: list[Transport] = field(default_factory=list)
    _bench: JudgeContext | None = None
    _pages: journal.JournalFiles | None = None

    @classmethod
    def of(cls, config: pytest.Config) -> Session:
        """Build the session of this process from pytest's options, or from the controller's word."""
        given: Mapping[str, Any] = getattr(config, "workerinput", {}).get("clausewise") or {}
        told = startup.resumed(config)
        stack = ExitStack()
        allowed = config.getoption("--allow-file")
        target = startup.claimed(Path(config.getoption("--target")), config.getoption("--document"), allowed)
        target = startup.slowed(target, config.getoption("--rate"))
        plan = PLANS[told.get("plan", config.getoption("--plan"))]
        startup.check_plan(target, plan)
        asked = known = scope.of(target)  # bad data stops here
        choice = startup.choice(config, plan, told)
        shard = startup.shard(config, told)
        ruled = Rulings.of(told["rulings"]) if told else startup.ruled(config, target)
        if is_dry := config.getoption("--dry-run"):
            target = stand_in(target)
            asked, known = known, scope.of(target)
        else:
            startup.check_owner(target, config.getoption("--i-own-this-target"))
        if given:
            target = target.reached(given["base_urls"])
        elif url := config.getoption("--reference-url"):
            target = startup.played(target, url)
        else:
            target = stack.enter_context(startup.embedded(target))
        now = datetime.now(UTC)
        part = "" if shard.is_whole else f"-{shard.number}of{shard.parts}"
        run = given.get("run") or told.get("id") or f"{now:%Y%m%d-%H%M%S}-{target.name}{part}"
        folder = given.get("folder") or config.getoption("--resume") or config.getoption("--run-dir")
        if is_dry and not given:
            folder = f"{stack.enter_context(TemporaryDirectory())}/run"
        session = cls(
            scope=replace(known, target=target),
            asked=asked,
            folder=Path(folder or f"reports/{run}"),
            run=run,
            seed=given.get("seed", told.get("seed", startup.seed(config))),
            key=bytes.fromhex(given["key"]) if given else secrets.token_bytes(16),
            choice=choice,
            worker=getattr(config, "workerinput", {}).get("workerid", "main"),
            policy=Policy(told.get("strict", config.getoption("--strict-clauses")), ruled.red),
            rulings=ruled,
            labels=told.get("labels", {}) if told else said(config.getoption("--label"), os.environ),
            plan=plan,
            shard=shard,
            budget=startup.budget(config, target, given, stack),
            confirming=told.get("confirm", config.getoption("--confirm-failures")),
            cleans=not config.getoption("--no-clean-up"),
            is_dry=is_dry,
            is_worker=bool(given),
            part=given.get("part", 1 + len(told.get("resumed", ())) + bool(told)),
            done=frozenset(given.get("done", ())),
            _stack=stack,
        )
        if book := session.budget.book:
            session.log_ins = Ledger(book.with_name("log-ins"))
        session.counterexamples = Counterexamples(
            startup.memory(config, plan, session.folder.parent, target.name)
        )
        if not session.is_worker:
            try:
                session.begin(now, getattr(config.option, "numprocesses", None) or 1, told)
            except ConfigurationError:
                session.close()
                raise
        session._salt = f"part{session.part}" if session.part > 1 else ""
        return session

    def begin(self, now: datetime, workers: int, record: Mapping[str, Any]) -> None:
        """Write down what the run is before its first call, or that the run `record` of goes on."""
        facts = self.scope.facts()
        hides = masker(self.scope, self.key)
        masks = sorted(hides.masked(secret) for secret in self.scope.target.secrets)
        mark = {"base_urls": self.base_urls, "masks": masks}
        if not record:
            journal.begin(
                self.folder,
                {
                    "id": self.run,
                    "suite": __version__,
                    "started": now.isoformat(timespec="milliseconds"),
                    "seed": self.seed,
                    "plan": self.plan.name,
                    "workers": workers,
                    "strict": self.policy.strict,
                    "confirm": self.confirming,
                    "rulings": self.rulings.as_json(),
                    "selected": self.choice.picked(self.scope),
                    "environment": statement.environment(),
                    "most": self.budget.most,
                    "labels": self.shown,
                    **({} if self.shard.is_whole else {"shard": str(self.shard)}),
                    **facts,
                },
                snapshots.of(self.scope, hides),
                mark,
            )
        self._stack.callback(os.close, journal.hold(self.folder))
        if record:
            startup.check_same(self.folder, record, facts)
            self.done = journal.settled(self.folder, confirmed=self.confirming)
            part = {"started": now.isoformat(timespec="milliseconds"), "workers": workers}
            before: dict[str, Any] = {"before": journal.seconds(self.folder), "command": facts["command"]}
            before["most"] = self.budget.most
            journal.resume(self.folder, {**record, "target": facts["target"]}, part | before, mark)

    @property
    def environment(self) -> dict[str, str]:
        """What is judged, in a few words of a report's reader."""
        target = self.scope.target
        told = {"target": target.name, "environment": target.environment, "plan": self.plan.name}
        documents = {f"document.{name}": known.document for name, known in target.families.items()}
        return told | documents | {"suite": __version__} | self.shown

    @cached_property
    def shown(self) -> dict[str, str]:
        """The labels, with what is secret or personal masked."""
        hides = masker(self.scope, self.key)
        return {key: hides.text(value) for key, value in self.labels.items()}

    @property
    def base_urls(self) -> dict[str, str]:
        """Where each family is called."""
        return {name: known.base_url for name, known in self.scope.target.families.items()}

    def for_workers(self) -> dict[str, Any]:
        """Return what a worker must know to belong to this run."""
        key = self.key.hex()
        return {
            "run": self.run,
            "folder": str(self.folder),
            "seed": self.seed,
            "key": key,
            "base_urls": self.base_urls,
            "part": self.part,
            "done": sorted(self.done),
            "book": str(self.budget.book or ""),
        }

    def collected(self, tests: Mapping[str, Sequence[str]]) -> None:
        """Write down which tests are to be made; all workers collect the same, and one of them tells.

        Should the first one be killed before, another tells.
        """
        if self.worker in {"main", "gw0"} or not journal.is_collected(self.folder):
            self.pages.collected(tests, sorted(self.left_out - set(tests)))

    def open(self, test: str, clauses: Sequence[str]) -> None:
        """Begin a test: its judge remembers what the test touches."""
        known = [name for name in clauses if self.scope.clause(name)]
        if not self.rehearsing:
            self.pages.begun(test)
        self.current = Judge(self.bench, test, known, repeats=self._own.repeats)

    @contextmanager
    def repeating(self) -> Iterator[None]:
        """Repeat a test: its values are new, and its record says so."""
        self._own.repeats = True
        try:
            yield
        finally:
            self._own.repeats = False

    @property
    def salt(self) -> str:
        """What else than seed and name makes the values of the test at hand."""
        return f"{self._salt}again" if self._own.repeats else self._salt

    @property
    def current(self) -> Judge | None:
        """The judge of the test that this thread has at hand."""
        return self._own.current

    @current.setter
    def current(self, judge: Judge | None) -> None:
        self._own.current = judge

    def shut(self) -> None:
        """End a test: nothing more is heard for it."""
        self.current = None

    @property
    def judge(self) -> Judge:
        """The judge of the test at work."""
        if self.current is None:
            raise ConfigurationError("A test asked for `judge` without @clause: say which clause it judges.")
        return self.current

    @property
    def pages(self) -> journal.JournalFiles:
        """What this process writes down, opened when first needed."""
        if self._pages is None:
            self._pages = journal.JournalFiles(self.folder, self.part)
            self._stack.callback(self._pages.close)
        return self._pages

    @property
    def bench(self) -> JudgeContext:
        """What every test judges with, made when first needed."""
        if self._bench is None:
            made = JudgeContext.of(self.scope, self.pages, self.policy, self.key)
            self._bench = made.timed(self.budget.check, self.scope.target.limits.total_timeout)
        return self._bench

    def client(self, family: str) -> Client:
        """Return the family's client, which speaks to the judge of the test at work."""
        if family not in self._clients:
            target = self.scope.target
            transport = Transport(target.limits, target.tls, self.budget, target.proxy)
            transport.room = self.room
            self._transports.append(transport)
            worker = self.worker if self.part == 1 else f"{self.worker}.{self.part}"
            worker = worker if self.shard.is_whole else f"s{self.shard.number}.{worker}"
            prefix = worker if len(self.scope.contracts) == 1 else f"{worker}-{family}"
            self._clients[family] = Client(
                self.scope.contracts[family],
                target.families[family],
                transport,
                prefix,
                self.scope.bindings[family],
                only_reads=self.plan.only_reads,
                ledger=self.log_ins,
            )
        client = self._clients[family]
        client.heard = self._hears(self.judge.hear)
        client.wavered = self.judge.waver if self.confirming else None
        client.settled = self.judge.settled
        client.settling.begin()
        client.sends = self.bench.masker.foresee
        return client

    @property
    def clients(self) -> Mapping[str, Client]:
        """The clients that were made so far, by family."""
        return self._clients

    @contextmanager
    def at_once(self, calls: int) -> Iterator[None]:
        """Let so many calls be at work at a time."""
        self._enter(threading.BoundedSemaphore(calls))
        try:
            yield
        finally:
            self._enter(thread_turns.OPEN)

    def _enter(self, room: thread_turns.Lock) -> None:
        self.room = room
        for transport in self._transports:
            transport.room = room

    def cut(self) -> None:
        """End the calls that are at work, since the run is cancelled."""
        for transport in self._transports:
            transport.cut()

    def _hears(self, judge: Heard) -> Heard:
        def heard(exchange: Exchange) -> None:
            self.leavings.hear(exchange)
            judge(exchange)

        return heard

    def lose(self, full: Unwritable, tests: pytest.Session | None) -> None:
        """Run no further test: what it would find could not be written down."""
        again = f"clausewise run --resume {self.folder}"
        self.lost = f"{full} Every verdict before stands; make room, then: {again}"
        if tests:
            self.give_up(tests, self.lost)

    def give_up(self, tests: pytest.Session, why: str) -> None:
        """Run no further test: the target cannot be judged."""
        if not self.rehearsing:
            tests.shouldstop = why

    def rehearse(self, pages: Journal) -> None:
        """From now on write verdicts and exchanges elsewhere, and go on whatever the target does."""
        self.rehearsing, self.narrows = True, False
        self._bench = replace(self.bench, journal=pages)

    def claim(self, scope: Scope) -> None:
        """Judge by another scope from now on, as if the target file made other claims."""
        self.scope = scope
        clauses = {clause.id: clause for clause in scope.clauses()}
        self._bench = replace(self.bench, clauses=clauses, operation=scope.operation)

    def forget(self) -> None:
        """Log in anew, make new unique values, and hide nothing of what was seen, as a new run would."""
        for transport in self._transports:
            transport.close()
        self._transports.clear()
        self._clients.clear()
        self.log_ins.forget()
        self.memories.clear()
        self.budget.forget()
        self._salt = secrets.token_hex(8)
        self._bench = replace(self.bench, masker=masker(self.scope, self.key))

    @cached_property
    def unclaimed(self) -> frozenset[Path]:
        """Where the tests of families lie that the target does not claim."""
        return frozenset(it.suite for it in families.known().values() if it.id not in self.scope.homes)

    @cached_property
    def leavings(self) -> Cleanup:
        """What this process's calls left in the target."""
        return Cleanup(self.scope)

    def clean_up(self) -> None:
        """Take away what this process's calls left, where a documented operation does that.

        Nothing is held against the answers; what could not be taken away stands in the statement.
        """
        if self.rehearsing or self.lost or not self.cleans or self.budget.cancelled:
            return
        self.current = judge = Judge(self.bench, journal.CLEAN_UP, ())
        for family, operation, body in list(self.leavings.requests()):
            client = self.client(family)
            client.heard = self._hears(lambda exchange: judge.hear(replace(exchange, stray=True)))
            try:
                client.call(operation, body)
                judge.rest(())
            except ClausewiseError:
                break
        self.shut()

    def conclude(self, *, interrupted: bool) -> dict[str, Any]:
        """Seal and add up the run, write results.json and draw every report; return the results."""
        at = None if interrupted else datetime.now(UTC).isoformat(timespec="milliseconds")
        beside = {"beside": len(self.strangers.failed)} if self.strangers.failed else {}
        beside |= {"workers": self.overlapped} if self.overlapped > 1 else {}
        journal.end(self.folder, at, interrupted=interrupted, **beside)
        self.results = statement.assemble(self.scope, self.folder, ended=not interrupted)
        statement.write(self.results, self.folder)
        report.draw(self.results, self.folder)
        return self.results

    def close(self) -> None:
        """Close connections, files and the embedded reference."""
        for transport in self._transports:
            transport.close()
        self._stack.close()


SESSION = pytest.StashKey[Session]()
