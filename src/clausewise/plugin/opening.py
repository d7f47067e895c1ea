"""The beginning of a run, in each of its processes: from pytest's options to a session."""

from __future__ import annotations

import os
import secrets
from contextlib import ExitStack
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from platformdirs import user_cache_dir

from clausewise import families, journal, scope
from clausewise.labels import said
from clausewise.plans import PLANS, Plan
from clausewise.plugin import cancel, consent, labels, run_record, startup, workers
from clausewise.plugin.cleanup import Cleanup
from clausewise.plugin.clients import Clients
from clausewise.plugin.counterexamples import Counterexamples
from clausewise.plugin.dry_run import stand_in
from clausewise.plugin.judging import Judging
from clausewise.plugin.redaction import Redactor
from clausewise.plugin.run_config import RunConfig
from clausewise.plugin.session import SESSION, Session
from clausewise.plugin.shards import Shard
from clausewise.plugin.shared_state import SharedState
from clausewise.rulings import Rulings
from clausewise.scope import Scope
from clausewise.targets import Target
from clausewise.verdict import Policy


def begin(config: pytest.Config) -> None:
    """Begin the part that this process has in a run.

    Raises ConfigurationError where its options or its files are wrong, before anything is sent.
    """
    for folder in config.getoption("--families"):
        families.name(Path(folder), f"--families {folder}")
    _ask(config)
    session = config.stash[SESSION] = opened(config)
    # Hypothesis keeps its tables of Unicode there: a second to make, and no litter where the user stands.
    os.environ.setdefault("HYPOTHESIS_STORAGE_DIRECTORY", user_cache_dir("clausewise/hypothesis"))
    if not config.option.allure_report_dir:
        _write_for_allure(config, session)
    config.add_cleanup(session.close)
    if not session.is_worker:
        cancel.listen(config, session)
    config.pluginmanager.register(Redactor(config, session))
    config.pluginmanager.register(session.other_tests)


def _ask(config: pytest.Config) -> None:
    """Under plain pytest say and ask what goes where before anything does; `clausewise run` has done so."""
    if config.pluginmanager.is_blocked("terminal") or hasattr(config, "workerinput"):
        return
    target = startup.claimed(Path(config.getoption("--target")), allowed=config.getoption("--allow-file"))
    if capture := config.pluginmanager.get_plugin("capturemanager"):
        capture.suspend_global_capture(in_=True)  # pytest takes it up again with the first test
    consent.see(target, dry=config.getoption("--dry-run"))


def _write_for_allure(config: pytest.Config, session: Session) -> None:
    """Have Allure's results written, and the run ended where they cannot be."""
    folder = session.run.folder / "allure-results"

    def full(error: OSError) -> None:
        session.lose(journal.full(session.run.folder, error), config.pluginmanager.get_plugin("session"))

    try:
        labels.write(config, folder, full)
        if not session.is_worker:
            labels.environment(folder, session.run.environment)
    except OSError as bad:
        full(bad)
        session.close()
        raise pytest.UsageError(session.lost) from bad


def opened(config: pytest.Config) -> Session:
    """Return the session of this process; the controller's run is written down."""
    stack = ExitStack()
    try:
        opening = _Opening(config, stack)
        session = opening.session()
        if not session.is_worker:
            processes = getattr(config.option, "numprocesses", None) or 1
            run_record.begin(session, opening.now, processes, opening.record)
    except BaseException:
        stack.close()
        raise
    return session


class _Opening:
    """Reads what a run is: off the controller's word, the run that goes on, or pytest's options."""

    def __init__(self, config: pytest.Config, stack: ExitStack) -> None:
        self._config = config
        self._stack = stack
        self._word = workers.received(config)
        self.record = startup.resumed(config)
        self._is_dry = bool(config.getoption("--dry-run"))
        self.now = datetime.now(UTC)

    def session(self) -> Session:
        """Return what this process holds; nothing is connected, and no file open."""
        run = self._run()
        target, worker = run.scope.target, workers.name(self._config)
        budget = startup.budget(self._config, target, self._word or {}, self._stack)
        memory = startup.memory(self._config, run.plan, run.folder.parent, target.name)
        return Session(
            run=run,
            worker=worker,
            is_worker=self._word is not None,
            budget=budget,
            stack=self._stack,
            clients=Clients(budget, worker),
            judging=Judging(run, budget, self._stack),
            shared=SharedState(Counterexamples(memory), Cleanup(run.scope)),
        )

    def _run(self) -> RunConfig:
        option, record, word = self._config.getoption, self.record, self._word
        plan = PLANS[record.get("plan", option("--plan"))]
        asked = self._asked(plan)
        choice = startup.choice(self._config, plan, record)
        shard = startup.shard(self._config, record)
        rulings = Rulings.of(record["rulings"]) if record else startup.ruled(self._config, asked.target)
        judged = self._judged(asked)
        name = word["run"] if word else record.get("id") or self._name(judged.target, shard)
        return RunConfig(
            id=name,
            folder=self._folder(name),
            scope=judged,
            asked=asked,
            choice=choice,
            shard=shard,
            plan=plan,
            seed=word["seed"] if word else record.get("seed", startup.seed(self._config)),
            key=bytes.fromhex(word["key"]) if word else secrets.token_bytes(16),
            policy=Policy(record.get("strict", option("--strict-clauses")), rulings.red),
            rulings=rulings,
            labels=record.get("labels", {}) if record else said(option("--label"), os.environ),
            part=word["part"] if word else 1 + len(record.get("resumed", ())) + bool(record),
            done=frozenset(word["done"] if word else ()),
            confirming=record.get("confirm", option("--confirm-failures")),
            cleans=not option("--no-clean-up"),
            is_dry=self._is_dry,
        )

    def _asked(self, plan: Plan) -> Scope:
        """Return what the target file and the options claim; bad data stops here."""
        option = self._config.getoption
        target = startup.claimed(Path(option("--target")), option("--document"), option("--allow-file"))
        target = startup.slowed(target, option("--rate"))
        startup.check_plan(target, plan)
        return scope.of(target)

    def _judged(self, asked: Scope) -> Scope:
        """Return what is judged: that, or the reference in its stead, where it is reached."""
        if self._is_dry:
            judged = scope.of(stand_in(asked.target))
        else:
            startup.check_owner(asked.target, self._config.getoption("--i-own-this-target"))
            judged = asked
        return replace(judged, target=self._reached(judged.target))

    def _reached(self, target: Target) -> Target:
        """Return the target with its embedded families where the reference runs, which may be started."""
        if self._word:
            return target.reached(self._word["base_urls"])
        if url := self._config.getoption("--reference-url"):
            return startup.played(target, url)
        return self._stack.enter_context(startup.embedded(target))

    def _name(self, target: Target, shard: Shard) -> str:
        part = "" if shard.is_whole else f"-{shard.number}of{shard.parts}"
        return f"{self.now:%Y%m%d-%H%M%S}-{target.name}{part}"

    def _folder(self, name: str) -> Path:
        """Return where the run is written down; a dry run leaves nothing behind."""
        if self._word:
            return Path(self._word["folder"])
        if self._is_dry:
            return Path(self._stack.enter_context(TemporaryDirectory())) / "run"
        given = self._config.getoption("--resume") or self._config.getoption("--run-dir")
        return Path(given or f"reports/{name}")
