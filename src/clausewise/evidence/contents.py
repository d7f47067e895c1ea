"""What a run's folder or an unpacked pack holds: assembled, drawn and judged anew, and compared.

This is the one mechanism: `evidence` asks it before it signs, `verify` before it believes.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import cached_property
from hashlib import sha256
from itertools import islice
from pathlib import Path, PurePosixPath
from typing import Any
from urllib.parse import urlsplit

from clausewise import (
    families,
    input_files,
    journal,
    package_data,
    recorded,
    report,
    scope,
    snapshots,
    statement,
    targets,
)
from clausewise._version import __version__
from clausewise.errors import ClausewiseError, ConfigurationError
from clausewise.evidence.comparing import differences, page_differs, plain
from clausewise.evidence.consistency import Seen, Words, gaps, may_lack, unlike
from clausewise.evidence.redactions import Masks, stand_ins
from clausewise.evidence.unpacking import NONSENSE, TARGET
from clausewise.judge import Judge, JudgeContext, masker
from clausewise.masking import is_amid
from clausewise.model import Exchange, Kind, Verdict
from clausewise.plugin import collection
from clausewise.scope import Scope
from clausewise.verdict import Policy, many

_SEEN_ALONE = {Kind.REQUEST_FIELD, Kind.RESPONSE_FIELD, Kind.FACET, Kind.UNIVERSAL}  # by one exchange
_BROKEN = {Verdict.FAIL, Verdict.UNSTABLE, Verdict.WAIVED, Verdict.ERROR}
_PUT_OFF = {429, 502, 503, 504}  # by the target or a gateway before it, so that it says nothing of a clause
_WHOLE = re.compile(r"\[masked (?:dict|list) ")
_FINGERPRINT = re.compile(r" [0-9a-f]{8}(?=\])")
_LOOPBACK = ("127.0.0.1", "localhost", "::1")
_SHOWN = 5
_APART = timedelta(seconds=2)  # that two clocks of one machine's processes may be apart
_IDLE = timedelta(hours=1)  # that a run may take before its first exchange, and behind its last one
_AHEAD = timedelta(days=1)  # that the clock of who ran it may be before that of who checks it
Outcome = tuple[list[str], str]  # what is wrong, and what to say where nothing is


@dataclass(frozen=True, slots=True)
class Check:
    """One thing that was checked: whether it holds (None where it could not be checked), and the figures."""

    what: str
    held: bool | None
    says: str


def checked(what: str, step: Callable[[], Outcome], folder: Path) -> Check:
    """Take one step; nonsense in what it reads is what is wrong."""
    try:
        wrong, right = step()
    except (ClausewiseError, OSError, *NONSENSE) as bad:
        nonsense = "" if isinstance(bad, ClausewiseError) else f"nonsense in its run ({type(bad).__name__}): "
        wrong, right = [f"{nonsense}{input_files.shown(str(bad).replace(f'{folder}/', ''))}"], ""
    more = f" and {len(wrong) - _SHOWN} more" if len(wrong) > _SHOWN else ""
    return Check(what, not wrong, input_files.shown("; ".join(wrong[:_SHOWN])) + more if wrong else right)


class Contents:
    """A run, read anew from its folder.

    `trend` tells whether its results may show other runs beside it, of which the folder knows nothing.
    """

    def __init__(self, folder: Path, *, trend: bool = False) -> None:
        self.folder = folder
        self._trend = trend
        self._seen: dict[str, Seen] = {}  # what the exchanges show, by test

    def checks(self) -> Iterator[Check]:
        """Yield every check; where the run cannot be read there is no other."""
        first = checked("its run can be read and judged again", self._read, self.folder)
        yield first
        if not first.held:
            return
        for what, step in (
            ("nothing was changed since the run began and ended", self._sealed),
            ("it took place when it says so", self._timed),
            ("it made the tests that the suite has for its target", self._made_tests),
            ("the target file is the one of the run", self._bound),
            ("the results are what the journal adds up to", self._added_up),
            ("every page is what the results draw", self._drawn),
            ("what is masked is masked by a rule", self._masked),
            ("the exchanges judge as the run says", self._judged_again),
            ("each test says what its exchanges show", self._words),
        ):
            yield checked(what, step, self.folder)

    @cached_property
    def facts(self) -> dict[str, Any]:
        """What the run wrote down before its first call."""
        return journal.facts(self.folder)

    @cached_property
    def scope(self) -> Scope:
        """What the run judged, by the target file that its folder keeps."""
        path = self.folder / TARGET / PurePosixPath(self.facts["target"]["file"]).name
        target = targets.load(path, package_data.SCHEMAS / "target.schema.json", secrets=False)
        claims = dict(text.partition("=")[::2] for text in self.facts["documents"])
        for name, family in target.families.items():
            home = families.family(name, target.path.name)
            for overlay in family.overlays:  # what lies on this disk is no evidence
                if not _lies_in(overlay, self.folder) and not _lies_in(overlay, home.folder):
                    raise ConfigurationError(
                        f"its target file names {overlay.name}, which is not in the pack"
                    )
        reached = {name: told["base_url"] for name, told in self.facts["target"]["families"].items()}
        if set(reached) != set(target.families) or set(claims) != set(target.families):
            raise ConfigurationError("its target file claims other families than the run judged")
        return scope.of(target.claiming(claims).reached(reached))

    @cached_property
    def told(self) -> dict[str, Any]:
        """What the folder's results say."""
        report.read(self.folder)  # as their schema has it
        whole: dict[str, Any] = input_files.load(self.folder / statement.RESULTS)
        return whole

    @cached_property
    def made(self) -> dict[str, Any]:
        """What the results are, made anew."""
        trend = {"trend": self.told["trend"]} if self._trend else {}
        whole: dict[str, Any] = plain(statement.assemble(self.scope, self.folder) | trend)
        return whole

    def files(self) -> list[str]:
        """Return the names of the target file and of the overlays that the run kept."""
        kept = {f"{TARGET}{self.scope.target.path.name}"}
        return sorted(kept | {f"{TARGET}{name}" for name, _ in snapshots.overlays(self.scope)})

    def _read(self) -> Outcome:
        if (suite := self.facts.get("suite")) != __version__:
            made = f"clausewise {input_files.shown(suite)} made it, and this is {__version__}"
            return [f"{made}: check it with that one"], ""
        return [], f"{self.made['run']['exchanges']} exchanges, {len(self.made['clauses'])} clauses"

    def _sealed(self) -> Outcome:
        seals = journal.seals(self.folder)
        begun = [it["begun"] for it in seals if "begun" in it]
        ended = [it["ended"] for it in seals if "ended" in it]
        if not begun or not ended or "ended" not in seals[-1]:
            raise ConfigurationError(f"{journal.SEAL} lacks what the run began and ended with")
        wrong = list(self._begun(begun))
        with (self.folder / journal.SEAL).open("rb") as file:
            before = b"".join(list(journal.lines(file))[:-1])
        held = {name: _digest(self.folder / name) for name in journal.SEALED}
        held["before"] = sha256(before).hexdigest()
        then = ended[-1]["files"]
        names = {"before": journal.SEAL}
        wrong += [names.get(key, key) for key in {**held, **then} if held.get(key) != then.get(key)]
        kept = {
            path.relative_to(self.folder / TARGET).as_posix(): _digest(path)
            for path in sorted((self.folder / TARGET).rglob("*"))
            if path.is_file()
        }
        then = self.facts.get("kept", {})
        wrong += [f"{TARGET}{name}" for name in sorted({**kept, **then}) if kept.get(name) != then.get(name)]
        found = [f"{name} is not as it was then" for name in wrong]
        found += self._unlike(seals)
        return found, f"in {many(len(begun), 'part', 'parts')}"

    def _unlike(self, seals: list[dict[str, Any]]) -> Iterator[str]:
        """Yield what no run writes so: a key that stands twice, a secret too many."""
        if (self.folder / journal.RUN).read_bytes() != journal.text_of(self.facts):
            yield f"{journal.RUN} is written in another way than a run writes it"
        for name in (journal.SEAL, *journal.SEALED):
            for number, line in enumerate((self.folder / name).read_bytes().splitlines(keepends=True), 1):
                if journal.was_cut_off(line):
                    if not self.facts.get("resumed"):
                        yield f"{name}, line {number}, is marked as cut off, and the run never was"
                elif line != journal.line_of(json.loads(line), only_ascii=name == journal.SEAL):
                    yield f"{name}, line {number}, is written in another way than a run writes it"
                    break
        secrets = {(it.kind, it.name) for it in self.scope.target.references}
        keys = len(self.facts.get("shards", ())) or 1  # each shard masks by a key of its own
        if any(len(set(seal.get("begun", {}).get("masks", ()))) > len(secrets) * keys for seal in seals):
            yield f"{journal.SEAL} tells of more secrets than the {len(secrets)} of the target file"
        own = any("recorded" in seal.get("ended", {}) for seal in seals)
        if own != (self.facts.get("plan") == recorded.PLAN):
            yield f"{journal.RUN} says plan {self.facts.get('plan')!r}, and {journal.SEAL} something else"

    def _timed(self) -> Outcome:
        """Every exchange was between the beginning of its part and the end of the run, which is past."""
        began = [_moment(part["started"]) for part in (self.facts, *self.facts.get("resumed", ()))]
        told = journal.ended(self.folder) or {}
        end = _moment(told["at"]) if told.get("at") else None
        wrong = []
        if sorted(began) != began or (end and end < began[-1]):
            wrong.append(f"{journal.RUN} says that it ended, or went on, before it began")
        if end and end > datetime.now(UTC) + _AHEAD:
            wrong.append(f"{journal.SEAL} says that it ended at {told['at']}, which is not yet")
        if self.facts.get("plan") != recorded.PLAN:
            until = [*began[1:], end or datetime.now(UTC) + _AHEAD]
            times = [_moment(one.started) for one in self._exchanges]
            for one, at in zip(self._exchanges, times, strict=True):
                part = min(one.part, len(began)) - 1
                if not began[part] - _APART <= at <= until[part] + _APART:
                    wrong.append(f"{one.id} was at {one.started}, and its run was not")
            if times and (min(times) - began[0] > _IDLE or (end and end - max(times) > _IDLE)):
                wrong.append(f"{journal.RUN} says that it began, or ended, an hour from its exchanges")
        return wrong, f"{self.facts['started']} to {told.get('at')}"

    def _made_tests(self) -> Outcome:
        """Every test of the suite that this target calls for was to be made, and judges what it judges."""
        if self.facts.get("plan") == recorded.PLAN:
            return [], "none, since it judged what was recorded elsewhere"
        suite = collection.tests(self.scope, self.facts)
        collected: dict[str, list[str]] = {}
        for record in journal.records(self.folder, journal.TESTS):
            collected |= record.get("collected", {})
        beside = len(set(collected) - set(suite))
        more = f", and {many(beside, 'test', 'tests')} of its owner's" if beside else ""
        wrong = list(unlike(collected, suite))
        for record in journal.records(self.folder, journal.VERDICTS):
            test = record["test"]
            if test in collected and collected[test] != record["clauses"]:
                wrong.append(f"{test} was to judge {', '.join(collected[test])}, and says that it did others")
            elif test not in collected:
                wrong.append(f"{test} has a verdict, and was not to be made")
        return wrong, f"{len(suite)} tests{more}"

    def _begun(self, begun: list[dict[str, Any]]) -> Iterator[str]:
        """Yield which of the run's facts are not those that its parts began with."""
        parts = self.facts.get("resumed", [])
        if [it.get("part") for it in begun] != [None, *map(journal.digest, parts)]:
            yield f"{journal.RUN} (resumed)"
        now = journal.digests(self.facts)
        for seal in begun:
            others = {key for key in {**now, **seal["facts"]} if now.get(key) != seal["facts"].get(key)}
            moved = {"target"} if seal is not begun[-1] else set()  # an embedded reference has another port
            yield from (f"{journal.RUN} ({key})" for key in sorted(others - moved))

    def _bound(self) -> Outcome:
        """The target file says the run's name, environment and hosts, and every exchange was with these."""
        target, then = self.scope.target, self.facts["target"]
        raw = targets.load(target.path, package_data.SCHEMAS / "target.schema.json", secrets=False)
        wrong = list(
            differences(
                {"name": raw.name, "environment": raw.environment, "file": raw.path.name},
                {key: then[key] for key in ("name", "environment", "file")},
                "target file",
            )
        )
        text = target.path.read_text("utf-8-sig")
        if not text.startswith(snapshots.HEAD) and raw.sha256 != then["sha256"]:
            wrong.append("target file: its digest is not the run's")
        if text.startswith(snapshots.HEAD) and not snapshots.is_one(text):
            wrong.append("target file: it says what no masked copy of one does")
        for name, own in raw.families.items():
            told = then["families"][name]
            if self.scope.pins(name).get("sha256") != told.get("sha256"):
                wrong.append(
                    f"the family {name} of {self.scope.homes[name].root} is not the one that was judged by"
                )
            host = urlsplit(told["base_url"]).hostname
            played = own.base_url == targets.EMBEDDED and host in _LOOPBACK
            if not played and own.base_url != told["base_url"]:
                wrong.append(
                    f"target file: {name} is at {own.base_url}, and the run called {told['base_url']}"
                )
            overlays = {path.name: _digest(path) for path in own.overlays}
            wrong += differences(overlays, told.get("overlays", {}), f"overlays of {name}")
        if self.facts.get("plan") == "recorded":
            return wrong, "recorded elsewhere, so no host is held against it"
        wrong += islice(self._elsewhere(), _SHOWN)
        return wrong, f"{then['name']} ({then['environment']}), {', '.join(sorted(self._hosts()))}"

    def _hosts(self) -> set[str]:
        return {told["base_url"] for told in self.facts["target"]["families"].values()}

    def _elsewhere(self) -> Iterator[str]:
        begun = [it["begun"] for it in journal.seals(self.folder) if "begun" in it]
        last = {name: told["base_url"] for name, told in self.facts["target"]["families"].items()}
        if not begun or begun[-1].get("base_urls") != last:
            yield "the run began with other hosts"
            return
        by_shard = {
            f"s{told['shard'].partition('/')[0]}": told.get("base_urls", {})
            for told in self.facts.get("shards", ())
        }
        for one in self._exchanges:
            known = begun[one.part - 1].get("base_urls", {}) if one.part <= len(begun) else {}
            known = by_shard.get(one.id.partition(".")[0], known)
            base = known.get(one.family)
            if self._granted(one):
                continue
            if base is None or not (one.url.startswith(f"{base}/") or one.url.partition("?")[0] == base):
                yield f"{one.id} called {one.url}, which is not at {base}"

    def _granted(self, one: Any) -> bool:
        """Tell whether an exchange was with the host that gives tokens, as the target file names it."""
        own = self.scope.target.families.get(one.family)
        return own is not None and bool(own.token_url) and one.url.partition("?")[0] == own.token_url

    def _added_up(self) -> Outcome:
        """Every field of the results is what journal, target file and rulings make of it."""
        wrong = [f"results.json: {place}" for place in differences(self.told, self.made)]
        raw = (self.folder / statement.RESULTS).read_bytes()
        if not wrong and raw != statement.text(self.made).encode("utf-8", "backslashreplace"):
            wrong.append("results.json is written in another way than a run writes it")
        return wrong, f"{len(self.made['clauses'])} verdicts, exit {self.made['outcome']['exit']}"

    def _drawn(self) -> Outcome:
        drawn = report.drawn(self.made, self.folder)
        wrong = []
        for name, page in drawn.items():
            wanted = page.encode("utf-8", "backslashreplace").decode()
            path = self.folder / name
            if not path.exists():
                wrong.append(f"{name} is missing")
            elif page_differs(name, path.read_bytes().decode("utf-8", "replace"), wanted):
                wrong.append(f"{name} says something else")
        return wrong, ", ".join(drawn)

    @cached_property
    def _masks(self) -> Masks:
        marks = [mask for it in journal.seals(self.folder) for mask in it.get("begun", {}).get("masks", ())]
        marks += stand_ins(self.scope.target.path.read_text("utf-8-sig"))
        return Masks(masker(self.scope, b""), marks)

    @cached_property
    def _exchanges(self) -> list[Summary]:
        """The exchanges in short, their stand-ins learned: a large run's are read as seldom as can be."""
        held = []
        for record in journal.records(self.folder, journal.EXCHANGES):
            self._masks.learn(record)
            operation = self.scope.operation(record["family"], record["operation"])
            held.append(Summary.of(record, operation.method, self.scope.target.limits.max_kept_body))
        return held

    def _masked(self) -> Outcome:
        wrong = self._masks.wrong if self._exchanges else []
        wrong += [f"{one.id} is said to be cut, and is not" for one in self._exchanges if one.cut is False]
        return wrong, "by name, or as a value that is hidden elsewhere, too"

    def _judged_again(self) -> Outcome:
        """Judge every exchange again: what one exchange shows alone must be what the run said of it."""
        again = _Again()
        bench = JudgeContext.of(self.scope, again, Policy(), b"")
        broken: set[str] = set()
        seen: set[str] = set()
        self._seen.clear()
        whole = {one.id: one for one in self._exchanges}  # of a test made again, what its last part saw
        for one in recorded.read_own(
            self.folder / journal.EXCHANGES, self.scope, self._masks.amend, self._masks.by_name
        ):
            judge = recorded.again(one, bench)
            seen |= judge.touched
            broken |= {finding.clause for finding in judge.findings}
            if one.exchange and one.exchange.id in whole:
                _add(self._seen.setdefault(one.test, Seen()), one.exchange, judge)
        then = {row["id"]: Verdict(row["verdict"]) for row in self.made["clauses"]}
        wrong = sorted(name for name in broken if then.get(name) not in _BROKEN)
        cut = {(one.family, one.operation) for one in self._exchanges if one.cut}
        alone = {
            clause.id
            for clause in self.scope.clauses()
            if clause.kind in _SEEN_ALONE and (clause.family, clause.operation) not in cut
        }
        hidden, own, blamed = self._hidden(), self._own(), self._blamed()
        wrong += sorted(
            name
            for name, verdict in then.items()
            if name in alone and verdict in {Verdict.PASS, Verdict.FAIL}
            if not (verdict is Verdict.FAIL and name in hidden | blamed)
            if (name in broken) != (verdict is Verdict.FAIL) or name not in seen | own
        )
        wrong += self._otherwise(again.matched, again.drift)
        wrong += self._untold()
        figures = f"{len(again.matched)} exchanges, {len(seen)} clauses"
        if left := sum(one.cut is True for one in self._exchanges):
            figures += f"; {many(left, 'is', 'are')} too long to be kept whole, and not judged again"
        return list(dict.fromkeys(wrong)), figures

    def _words(self) -> Outcome:
        """What tests say is what their exchanges show, and of these none is lacking between others."""
        if self.facts.get("plan") == recorded.PLAN:
            return [], "none, since it judged what was recorded elsewhere"
        doubtful = {one.id for one in self._exchanges if one.cut or one.veiled}
        for one in self._exchanges:
            held = self._seen.setdefault(one.test, Seen())
            if one.id not in held.exchanges:  # which was not to be judged again
                held.exchanges.append(one.id)
            if one.matched:
                held.matched.add((one.operation, one.matched))
        verdicts = list(journal.records(self.folder, journal.VERDICTS))
        ids = [one.id for one in self._exchanges]
        wrong = list(gaps(ids, whole=not may_lack(self.facts, verdicts, journal.lost(self.folder))))
        wrong += Words(self.scope, self.facts, self._seen, doubtful).wrong(verdicts)
        return wrong, f"{len(verdicts)} verdicts"

    def _own(self) -> set[str]:
        """Return the clauses for which a test that passed speaks itself, whatever an exchange alone shows."""
        told = journal.records(self.folder, journal.VERDICTS)
        return {name for record in told if record["verdict"] == Verdict.PASS for name in record["clauses"]}

    def _blamed(self) -> set[str]:
        """Return the clauses that a test of their own found broken, as where its good request was refused."""
        told = journal.records(self.folder, journal.VERDICTS)
        return {
            bad["clause"]
            for record in told
            for bad in record["findings"]
            if bad["clause"] in record["clauses"]
        }

    def _hidden(self) -> set[str]:
        """Return the clauses that were found broken only where a text, or a key, is partly masked now."""
        veiled = {one.id for one in self._exchanges if one.veiled}
        seen: dict[str, set[str]] = {}
        for record in journal.records(self.folder, journal.VERDICTS):
            for bad in record["findings"]:
                seen.setdefault(bad["clause"], set()).add(bad["exchange"])
        return {name for name, exchanges in seen.items() if exchanges <= veiled}

    def _otherwise(self, matched: Mapping[str, str], drift: Mapping[str, list[str]]) -> Iterator[str]:
        """Yield the exchanges that are another documented answer, or of another kind, than the run says."""
        for one in self._exchanges:
            if not (one.cut or one.veiled) and _unmarked(drift.get(one.id, [])) != _unmarked(one.drift):
                yield f"{one.id} has other undocumented parts than the run says"
            if one.stray and one.is_call and not self._made_again(one):
                yield f"{one.id} calls {one.operation} as documented, and counts for nothing"
            now = matched.get(one.id, one.matched)
            if now != one.matched and not one.stray and not (one.veiled and not one.matched):
                yield f"{one.id} is {now or 'no documented answer'}, not {one.matched or 'none'}"

    def _made_again(self, one: Summary) -> bool:
        """Tell whether a call that came before the target had to show a write was made again."""
        later = (
            it.started >= one.started and (it.test, it.operation) == (one.test, one.operation)
            for it in self._exchanges
            if not it.stray
        )
        return one.early and self.scope.target.limits.settle > 0 and any(later)

    def _untold(self) -> Iterator[str]:
        """Yield the tests whose exchanges are there and whose word is not, and exchanges that nobody made."""
        row: dict[str, bool] = {journal.CLEAN_UP: False}  # whether it rests on a guess
        cited: set[str] = set()
        for record in journal.records(self.folder, journal.VERDICTS):
            own = self.scope.clause(record["clauses"][0]) if record["clauses"] else None
            row[record["test"]] = own is not None and not own.standing.firm
            cited.update(name for _, few in record["touched"].values() for name in few)
            cited.update(name for bad in record["findings"] for name in (bad["exchange"], *bad["before"]))
        for one in self._exchanges:
            if one.test not in row:
                yield f"{one.test} made {one.id}, and its verdict is not there"
            elif one.guess != row[one.test] and self.facts.get("plan") != "recorded":
                yield f"{one.id} is held to be a guess, or none, and its test is not"
        made = {one.id for one in self._exchanges}
        yield from (
            f"a verdict names the exchange {name}; there is none" for name in sorted(cited - made - {""})
        )


@dataclass(frozen=True, slots=True)
class Summary:
    """What is compared of one exchange; `cut` is false for one that only says that a body was too long."""

    id: str
    family: str
    operation: str
    test: str
    part: int
    url: str
    matched: str
    started: str
    drift: tuple[str, ...]
    stray: bool
    early: bool
    guess: bool
    is_call: bool
    cut: bool | None
    veiled: bool

    @classmethod
    def of(cls, record: Mapping[str, Any], method: str, most: int) -> Summary:
        """Return it; `method` is the one of the operation, and of a body `most` characters are kept."""
        asked, told = record["request"], record["response"]
        kept = [_is_cut(side, most) for side in (asked, told) if side.get("cut")]
        names = ("id", "family", "operation", "test", "matched", "started")
        return cls(
            **{name: record[name] for name in names},
            drift=tuple(record.get("drift", ())),
            part=record.get("part", 1),
            url=asked["url"],
            stray=bool(record.get("stray")),
            early=bool(record.get("early")),
            guess=bool(record.get("guess")),
            is_call=_is_call(record, method),
            cut=all(kept) if kept else None,
            veiled=is_amid(told["body"]) or any(map(_WHOLE.search, (asked["body"], told["body"]))),
        )


def _is_call(record: Mapping[str, Any], method: str) -> bool:
    """Tell whether what is said to ask for nothing documented is a call that was answered."""
    asked = record["request"]
    meant = method == asked["method"] and asked["body"] and record["test"] != journal.CLEAN_UP
    return bool(meant) and record["response"]["status"] not in _PUT_OFF


def _is_cut(side: Mapping[str, Any], most: int) -> bool:
    """Tell whether a body is cut as a run with this target file cuts it."""
    told, body = side["cut"], side["body"]
    mark = f"[{told['characters'] - most} characters left out]"
    halves = (told["head"], told["tail"]) == (most // 2, most - most // 2)
    whole = len(body) == most + len(mark) and body[most // 2 :].startswith(mark)
    return halves and whole and told["characters"] > most


def _unmarked(places: Iterable[str]) -> list[str]:
    """Return places of an answer, whatever the fingerprints in them."""
    return [_FINGERPRINT.sub("", place) for place in places]


def _add(held: Seen, exchange: Exchange, judge: Judge) -> None:
    """Add to what a test's exchanges show what one of them does."""
    held.exchanges.append(exchange.id)
    held.broken |= {finding.clause for finding in judge.findings}
    for clause in judge.touched:
        held.touched[clause].append(exchange.id)


class _Again:
    """A journal that keeps which documented answer each exchange is, and what is undocumented in it."""

    def __init__(self) -> None:
        self.matched: dict[str, str] = {}
        self.drift: dict[str, list[str]] = {}

    def exchange(self, record: Mapping[str, Any]) -> None:
        """Take note of one."""
        self.matched[record["id"]] = record["matched"]
        self.drift[record["id"]] = record.get("drift", [])

    def verdict(self, record: Mapping[str, Any]) -> None:
        """Forget it."""


def _moment(text: str) -> datetime:
    at = datetime.fromisoformat(text)
    return at if at.tzinfo else at.replace(tzinfo=UTC)


def _lies_in(path: Path, folder: Path) -> bool:
    return path.resolve().is_relative_to(folder.resolve())


def _digest(path: Path) -> str:
    return sha256(path.read_bytes()).hexdigest() if path.exists() else ""
