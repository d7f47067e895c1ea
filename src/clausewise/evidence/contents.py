"""What a run's folder or an unpacked pack holds: assembled, drawn and judged anew, and compared.

This is the one mechanism: `evidence` asks it before it signs, `verify` before it believes.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from hashlib import sha256
from itertools import islice
from pathlib import Path, PurePosixPath
from typing import Any
from urllib.parse import urlsplit

from clausewise import copies, journal, recorded, report, scope, shipped, statement, tables, targets
from clausewise._version import __version__
from clausewise.errors import ClausewiseError, ConfigurationError
from clausewise.evidence.comparing import differences, page_differs, plain
from clausewise.evidence.masks import Masks, stand_ins
from clausewise.evidence.unpacking import NONSENSE, TARGET
from clausewise.judge import Bench, masker
from clausewise.masking import is_amid
from clausewise.model import Kind, Verdict
from clausewise.scope import Scope
from clausewise.verdict import Policy, many

_SEEN_ALONE = {Kind.REQUEST_FIELD, Kind.RESPONSE_FIELD, Kind.FACET, Kind.UNIVERSAL}  # by one exchange
_BROKEN = {Verdict.FAIL, Verdict.UNSTABLE, Verdict.WAIVED, Verdict.ERROR}
_PUT_OFF = {429, 502, 503, 504}  # by the target or a gateway before it, so that it says nothing of a clause
_LEAST_KEPT = 1024  # characters of a body, which is cut where it has more
_LOOPBACK = ("127.0.0.1", "localhost", "::1")
_SHOWN = 5
Told = tuple[list[str], str]  # what is wrong, and what to say where nothing is


@dataclass(frozen=True, slots=True)
class Check:
    """One thing that was checked: whether it holds (None where it could not be checked), and the figures."""

    what: str
    held: bool | None
    says: str


def checked(what: str, step: Callable[[], Told], folder: Path) -> Check:
    """Take one step; nonsense in what it reads is what is wrong."""
    try:
        wrong, right = step()
    except (ClausewiseError, OSError, *NONSENSE) as bad:
        nonsense = "" if isinstance(bad, ClausewiseError) else f"nonsense in its run ({type(bad).__name__}): "
        wrong, right = [f"{nonsense}{tables.shown(str(bad).replace(f'{folder}/', ''))}"], ""
    more = f" and {len(wrong) - _SHOWN} more" if len(wrong) > _SHOWN else ""
    return Check(what, not wrong, tables.shown("; ".join(wrong[:_SHOWN])) + more if wrong else right)


class Contents:
    """A run, read anew from its folder.

    `trend` tells whether its results may show other runs beside it, of which the folder knows nothing.
    """

    def __init__(self, folder: Path, *, trend: bool = False) -> None:
        self.folder = folder
        self._trend = trend

    def checks(self) -> Iterator[Check]:
        """Yield every check; where the run cannot be read there is no other."""
        first = checked("its run can be read and judged again", self._read, self.folder)
        yield first
        if not first.held:
            return
        for what, step in (
            ("nothing was changed since the run began and ended", self._sealed),
            ("the target file is the one of the run", self._bound),
            ("the results are what the journal adds up to", self._added_up),
            ("every page is what the results draw", self._drawn),
            ("what is masked is masked by a rule", self._masked),
            ("the exchanges judge as the run says", self._judged_again),
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
        target = targets.load(path, shipped.SCHEMAS / "target.schema.json", secrets=False)
        claims = dict(text.partition("=")[::2] for text in self.facts["documents"])
        for family in target.families.values():
            for overlay in family.overlays:  # what lies on this disk is no evidence
                if not _lies_in(overlay, self.folder) and not _lies_in(overlay, shipped.SCHEMAS):
                    raise ConfigurationError(
                        f"its target file names {overlay.name}, which is not in the pack"
                    )
        reached = {name: told["base_url"] for name, told in self.facts["target"]["families"].items()}
        if set(reached) != set(target.families) or set(claims) != set(target.families):
            raise ConfigurationError("its target file claims other families than the run judged")
        return scope.of(target.claiming(claims).reached(reached), shipped.SCHEMAS)

    @cached_property
    def told(self) -> dict[str, Any]:
        """What the folder's results say."""
        report.read(self.folder)  # as their schema has it
        whole: dict[str, Any] = tables.load(self.folder / statement.RESULTS)
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
        return sorted(kept | {f"{TARGET}{name}" for name, _ in copies.overlays(self.scope)})

    def _read(self) -> Told:
        if (suite := self.facts.get("suite")) != __version__:
            made = f"clausewise {tables.shown(suite)} made it, and this is {__version__}"
            return [f"{made}: check it with that one"], ""
        return [], f"{self.made['run']['exchanges']} exchanges, {len(self.made['clauses'])} clauses"

    def _sealed(self) -> Told:
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
        return [f"{name} is not as it was then" for name in wrong], f"in {many(len(begun), 'part', 'parts')}"

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

    def _bound(self) -> Told:
        """The target file says the run's name, environment and hosts, and every exchange was with these."""
        target, then = self.scope.target, self.facts["target"]
        raw = targets.load(target.path, shipped.SCHEMAS / "target.schema.json", secrets=False)
        wrong = list(
            differences(
                {"name": raw.name, "environment": raw.environment, "file": raw.path.name},
                {key: then[key] for key in ("name", "environment", "file")},
                "target file",
            )
        )
        text = target.path.read_text("utf-8")
        if not text.startswith(copies.HEAD) and raw.sha256 != then["sha256"]:
            wrong.append("target file: its digest is not the run's")
        for name, own in raw.families.items():
            told = then["families"][name]
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
        for one in self._exchanges:
            known = begun[one.part - 1].get("base_urls", {}) if one.part <= len(begun) else {}
            base = known.get(one.family)
            if base is None or not (one.url.startswith(f"{base}/") or one.url.partition("?")[0] == base):
                yield f"{one.id} called {one.url}, which is not at {base}"

    def _added_up(self) -> Told:
        """Every field of the results is what journal, target file and rulings make of it."""
        wrong = [f"results.json: {place}" for place in differences(self.told, self.made)]
        raw = (self.folder / statement.RESULTS).read_bytes()
        if not wrong and raw != statement.text(self.made).encode("utf-8", "backslashreplace"):
            wrong.append("results.json is written in another way than a run writes it")
        return wrong, f"{len(self.made['clauses'])} verdicts, exit {self.made['outcome']['exit']}"

    def _drawn(self) -> Told:
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
        marks += stand_ins(self.scope.target.path.read_text("utf-8"))
        return Masks(masker(self.scope, b""), marks)

    @cached_property
    def _exchanges(self) -> list[Summary]:
        """The exchanges in short, their stand-ins learned: a large run's are read as seldom as can be."""
        held = []
        for record in journal.records(self.folder, journal.EXCHANGES):
            self._masks.learn(record)
            operation = self.scope.operation(record["family"], record["operation"])
            held.append(Summary.of(record, operation.method))
        return held

    def _masked(self) -> Told:
        wrong = self._masks.wrong if self._exchanges else []
        return wrong, "by name, or as a value that is hidden elsewhere, too"

    def _judged_again(self) -> Told:
        """Judge every exchange again: what one exchange shows alone must be what the run said of it."""
        again = _Again()
        bench = Bench.of(self.scope, again, Policy(), b"")
        broken: set[str] = set()
        seen: set[str] = set()
        for one in recorded.read_own(self.folder / journal.EXCHANGES, self.scope, self._masks.amend):
            judge = recorded.again(one, bench)
            seen |= judge.touched
            broken |= {finding.clause for finding in judge.findings}
        then = {row["id"]: Verdict(row["verdict"]) for row in self.made["clauses"]}
        wrong = sorted(name for name in broken if then.get(name) not in _BROKEN)
        cut = {(one.family, one.operation) for one in self._exchanges if one.cut}
        alone = {
            clause.id
            for clause in self.scope.clauses()
            if clause.kind in _SEEN_ALONE and (clause.family, clause.operation) not in cut
        }
        hidden = self._hidden()
        wrong += sorted(
            name
            for name, verdict in then.items()
            if name in alone and verdict in {Verdict.PASS, Verdict.FAIL}
            if not (verdict is Verdict.FAIL and name in hidden)
            if (name in broken) != (verdict is Verdict.FAIL) or name not in seen
        )
        wrong += self._otherwise(again.matched)
        wrong += self._untold()
        return list(dict.fromkeys(wrong)), f"{len(again.matched)} exchanges, {len(seen)} clauses"

    def _hidden(self) -> set[str]:
        """Return the clauses that were found broken only where a text, or a key, is partly masked now."""
        veiled = {one.id for one in self._exchanges if one.veiled}
        seen: dict[str, set[str]] = {}
        for record in journal.records(self.folder, journal.VERDICTS):
            for bad in record["findings"]:
                seen.setdefault(bad["clause"], set()).add(bad["exchange"])
        return {name for name, exchanges in seen.items() if exchanges <= veiled}

    def _otherwise(self, matched: Mapping[str, str]) -> Iterator[str]:
        """Yield the exchanges that are another documented answer, or of another kind, than the run says."""
        for one in self._exchanges:
            if one.cut is False:
                yield f"{one.id} is said to be cut, and is not"
            if one.stray and one.is_call:
                yield f"{one.id} calls {one.operation} as documented, and counts for nothing"
            now = matched.get(one.id, one.matched)
            if now != one.matched and not one.stray and not (one.veiled and not one.matched):
                yield f"{one.id} is {now or 'no documented answer'}, not {one.matched or 'none'}"

    def _untold(self) -> Iterator[str]:
        """Yield the tests whose exchanges are there and whose word is not, and exchanges that nobody made."""
        told: dict[str, bool] = {journal.CLEAN_UP: False}  # whether it rests on a guess
        cited: set[str] = set()
        for record in journal.records(self.folder, journal.VERDICTS):
            own = self.scope.clause(record["clauses"][0]) if record["clauses"] else None
            told[record["test"]] = own is not None and not own.standing.firm
            cited.update(name for _, few in record["touched"].values() for name in few)
            cited.update(name for bad in record["findings"] for name in (bad["exchange"], *bad["before"]))
        for one in self._exchanges:
            if one.test not in told:
                yield f"{one.test} made {one.id}, and its verdict is not there"
            elif one.guess != told[one.test] and self.facts.get("plan") != "recorded":
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
    stray: bool
    guess: bool
    is_call: bool
    cut: bool | None
    veiled: bool

    @classmethod
    def of(cls, record: Mapping[str, Any], method: str) -> Summary:
        """Return it; `method` is the one of the operation."""
        asked, told = record["request"], record["response"]
        kept = [_is_cut(side) for side in (asked, told) if side.get("cut")]
        names = ("id", "family", "operation", "test", "matched")
        return cls(
            **{name: record[name] for name in names},
            part=record.get("part", 1),
            url=asked["url"],
            stray=bool(record.get("stray")),
            guess=bool(record.get("guess")),
            is_call=_is_call(record, method),
            cut=all(kept) if kept else None,
            veiled=is_amid(told["body"]),
        )


def _is_call(record: Mapping[str, Any], method: str) -> bool:
    """Tell whether what is said to ask for nothing documented is a call that was answered."""
    asked = record["request"]
    meant = method == asked["method"] and asked["body"] and record["test"] != journal.CLEAN_UP
    return bool(meant) and record["response"]["status"] not in _PUT_OFF


def _is_cut(side: Mapping[str, Any]) -> bool:
    told, body = side["cut"], side["body"]
    left = told["characters"] - told["head"] - told["tail"]
    mark = f"[{left} characters left out]"
    return left > 0 and len(body) - len(mark) >= _LEAST_KEPT and body[told["head"] :].startswith(mark)


class _Again:
    """A journal that keeps which documented answer each exchange is, and nothing else."""

    def __init__(self) -> None:
        self.matched: dict[str, str] = {}

    def exchange(self, record: Mapping[str, Any]) -> None:
        """Take note of one."""
        self.matched[record["id"]] = record["matched"]

    def verdict(self, record: Mapping[str, Any]) -> None:
        """Forget it."""


def _lies_in(path: Path, folder: Path) -> bool:
    return path.resolve().is_relative_to(folder.resolve())


def _digest(path: Path) -> str:
    return sha256(path.read_bytes()).hexdigest() if path.exists() else ""
