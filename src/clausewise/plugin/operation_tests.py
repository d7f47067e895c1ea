"""What a test of any operation does: good requests are found out, and answers judged."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from uuid import UUID

from clausewise import generation, strict_json
from clausewise.checks import any_outcome, holds, outcome
from clausewise.client import Basic, Bearer, Client
from clausewise.errors import OutsidePlan, Untestable
from clausewise.judge import Judge
from clausewise.model import Exchange, Input, Json, Link, Operation, Role
from clausewise.plugin.comparison import (
    Request,
    Sent,
    answer_of,
    bare_path,
    exactly,
    list_in,
    name_of,
    named,
    paging,
    reordered,
    said_by,
    spoilt_inputs,
    successes,
    unlike_sent,
    with_value,
    written_as,
)
from clausewise.plugin.variations import Variations
from clausewise.targets import FamilyTarget

Word = Callable[[int], str]

_TRIES = 7  # requests until none of an operation is known to be served
_RANDOM = 2  # of them by chance
_DEEPEST = 3  # things that have to be made before another one can be
_VARIANTS = 160  # of one body; of more, evenly taken ones
_PROBES = 14  # requests until an answer is given up
_SERVED, _FAILED = range(200, 400), 500
_ACCEPTED, _GONE = 202, (404, 410)
_WRONG = (400, 415, 422)
_DOORS = (401, 403)
_UNDONE = (501, 503)  # failures that are none of the request's
_FEW = 2  # entries of a list that one can see an order in
_NOBODY = "nobody-was-given-this"


@dataclass
class Memory:
    """What was found out of a family in this process: requests that are served, things that were made."""

    served: dict[str, str] = field(default_factory=dict)
    steady: dict[str, str] = field(default_factory=dict)
    given_up: dict[str, str] = field(default_factory=dict)
    things: dict[str, Json] = field(default_factory=dict)
    shown: dict[str, dict[int, Request]] = field(default_factory=dict)


class Document:
    """Calls the operations of one family as its document says, and judges what comes."""

    def __init__(  # noqa: PLR0917 - what a test has
        self,
        api: Client,
        judge: Judge,
        target: FamilyTarget,
        operations: Mapping[str, Operation],
        word: Word,
        memory: Memory,
    ) -> None:
        self._api = api
        self._judge = judge
        self._target = target
        self._operations = operations
        self._word = word
        self._memory = memory

    def served(self, name: str, wanted: str) -> None:
        """Judge a good request's answer, and those with each parameter that it may have, too."""
        operation = self._operations[name]
        sent = self._accepted(operation)
        came = answer_of(operation, sent.answer)
        if came and came.name != wanted:
            raise Untestable(f"{name} was served with the answer {came.name}, and never with {wanted}.")
        self._judge(sent.answer, outcome(wanted))
        if operation.requests and "json" in operation.media_type:
            self._look(operation, self._request(operation, "whole"), "with all that the body may have")
        for known in operation.inputs:
            if not known.required and known.place in {"query", "header", "cookie"}:
                for value in [*known.examples[:1]] or [generation.value(known.rule.schema)]:
                    if known.rule.fits(value):
                        self._look(operation, with_value(sent.request, known, value), f"with {known.name}")

    def refused(self, name: str, wanted: str) -> None:
        """Judge an answer that is no success, where a request is known, or found, that is answered so."""
        operation = self._operations[name]
        known = operation.outcome(wanted)
        fault = f"{name}.{wanted}"
        if self._target.has(f"fault.{fault}"):
            request = self._request(operation, self._labels(operation)[0])
            self._judge(self._api.call(name, **request, fault=fault), outcome(wanted))
            return
        if self._api.only_reads:
            raise OutsidePlan(f"{name} would get what is refused, and plan 'safe' sends nothing of the kind.")
        self._judge.inferred = True  # what may be refused no document says
        seen = self._memory.shown.setdefault(name, {})
        record = {status: it for status, it in seen.items() if named(operation, status) == wanted}
        for status, request in [*record.items(), *((0, it) for it in self._unserved(operation))][:_PROBES]:
            if not status and known.role is Role.SUCCESS:
                break
            answer = self._api.call(name, **request)
            self._judge.agrees(answer, outcome(*(known.name for known in operation.outcomes)))
            seen.setdefault(answer.response.status, request)
            came = answer_of(operation, answer)
            if came and came.name == wanted:
                self._judge(answer, outcome(wanted))
                return
        statuses = ", ".join(map(str, sorted(seen))) or "nothing"
        raise Untestable(
            f"No request that can be told from the document is answered {wanted} (seen: {statuses})."
        )

    def example(self, name: str, which: str) -> None:
        """Judge whether a request as the file prints it is refused as wrong, and another one is not."""
        operation = self._operations[name]
        if not any(rule.fits(operation.printed[which]) for rule in operation.requests.values()):
            raise Untestable(
                f"The example {which} is none by its own schema; discrepancies.toml tells of it."
            )
        request = self._request(operation, f"printed:{which}")
        answer = self._api.call(name, **request)
        status = answer.response.status
        if status in _WRONG:
            self._accepted(
                operation, but=f"printed:{which}"
            )  # its twin, which differs in nothing but the body
            text = f"HTTP {status}, and another body is served"
            self._judge(answer, holds(condition=False, expected="the example served", actual=text))
        elif status not in _SERVED and status < _FAILED:
            raise Untestable(f"{name} answered its example {which} with HTTP {status}.")
        self._take(operation, answer)

    def closed(self, name: str, *, wrong: bool = False) -> None:
        """Judge whether an operation that asks for credentials serves without them, or with wrong ones."""
        operation = self._operations[name]
        if self._api.only_reads and operation.writes:
            raise OutsidePlan(f"{name} writes, and plan 'safe' only reads.")
        try:
            request = self._accepted(operation).request
        except Untestable:
            request = self._request(operation, self._labels(operation)[0])
        bare = {key: it for key, it in request.items() if key != "auth"}
        answer = self._api.call(name, **(self._spoilt(operation, bare) if wrong else {**bare, "auth": None}))
        status = answer.response.status
        came = answer_of(operation, answer)
        if status in _DOORS or (came and came.role is Role.REFUSED):
            self._take(operation, answer)
            return
        if status not in _SERVED:
            raise Untestable(f"{name} answered HTTP {status} before it asked for credentials.")
        told = holds(
            condition=False,
            expected="HTTP 401 or 403",
            actual=f"HTTP {status}",
            where="status",
            formless=True,
        )
        self._judge(answer, told, about="wrong credentials" if wrong else "no credentials")

    def link(self, name: str, which: str) -> None:
        """Judge whether what an answer links to is there."""
        operation = self._operations[name]
        outcome_, _, bare = which.partition(":")
        link = next(it for it in operation.links if it.clause.endswith(f".{outcome_}.link:{bare}"))
        sent = self._accepted(operation)
        came = answer_of(operation, sent.answer)
        if came is None or came.name != link.outcome:
            raise Untestable(f"{name} was not answered {link.outcome}.")
        other = self._operations[link.operation]
        request = self._linked(link, sent, other)
        answer = self._api.call(other.id, **request)
        status = answer.response.status
        if status not in _SERVED and status not in _GONE and status < _FAILED:
            raise Untestable(f"{other.id}, to which the link leads, answered HTTP {status}.")
        text = f"HTTP {status} from {other.id}"
        fine = holds(status in _SERVED, expected="what the link leads to", actual=text, where="status")
        self._judge(answer, fine, before=(sent.answer.id,))

    def repeatable(self, name: str) -> None:
        """Judge whether lists come in one order."""
        operation = self._operations[name]
        first = self._filled(operation)
        second = self._again(operation, first)
        told = next(reordered(first.answer.json, second.json), None)
        fine = holds(
            told is None,
            expected="the same entries in the same order",
            actual="another order",
            where=told or "",
        )
        self._judge(second, fine, before=(first.answer.id,))

    def limit(self, name: str) -> None:
        """Judge whether a list is as long as asked for at most, and its pages follow each other."""
        operation = self._operations[name]
        asked = {kind: known for known in operation.inputs if (kind := paging(known))}
        most = asked.get("limit")
        if most is None:
            raise Untestable(f"{name} has no parameter of whole numbers that says how many are wanted.")
        sent = self._filled(operation)
        whole = list_in(sent.answer.json) or []
        least = max(1, int(most.rule.schema.get("minimum", 1)))
        if len(whole) <= least:
            raise Untestable(f"{name} lists no more than {least}, so that fewer cannot be asked for.")
        answer = self._again(operation, sent, (most, least))
        page = list_in(answer.json)
        if page is None:
            raise Untestable(f"{name} answers no list where {most.name} is given.")
        count = f"{len(page)} entries"
        fine = holds(len(page) <= least, expected=f"at most {least}", actual=count, where=most.name)
        self._judge(answer, fine, before=(sent.answer.id,))
        start = asked.get("offset")
        if start is None or start.rule.schema.get("minimum", 0) > 0:
            return
        pages = [list_in(self._again(operation, sent, (most, 1), (start, at)).json) for at in (0, 1)]
        first, second = (it[0] if it else None for it in pages)
        differs = holds(
            strict_json.same(whole[0], whole[1]) or second is None or not strict_json.same(first, second),
            expected="another entry on the next page",
            actual="the same one again",
            where=start.name,
        )
        self._judge(answer, differs, before=(sent.answer.id,))

    def shown(self, name: str) -> None:
        """Judge whether what was sent is read afterwards, on a target that keeps anything."""
        operation = self._operations[name]
        sent = self._accepted(operation)
        answer, read = self._read(operation, sent)
        kept = read.response.status in _SERVED
        wrong = unlike_sent(sent.request.get("body"), read.json) if kept else "status"
        if wrong:
            again = self._accepted(operation)
            other = self._read(operation, again)[1]
            if kept and strict_json.same(read.json, other.json):
                raise Untestable(f"Whatever is sent to {name}, the same is read: the target keeps nothing.")
            if not kept and other.response.status in _SERVED:
                raise Untestable(f"What {name} makes is sometimes there, and sometimes not.")
        text = f"HTTP {read.response.status}" if not kept else f"another value at {wrong}"
        fine = holds(not wrong, expected="what was sent", actual=text, where=wrong)
        self._judge(read, fine, before=(answer.id,))

    def gone(self, name: str) -> None:
        """Judge whether what was deleted is still read, on a target that keeps anything."""
        operation = self._operations[name]
        reader = self._at(operation.path, "GET")
        if reader is None:
            raise Untestable(f"Nothing reads what {name} deletes.")
        request = self._request(operation, self._labels(operation)[0], made=True)
        reading = {**self._request(reader, "plain"), "path": request["path"]}
        before = self._api.call(reader.id, **reading)
        answer = self._api.call(name, **request)
        if answer.response.status not in _SERVED or before.response.status not in _SERVED:
            raise Untestable(f"{name} answered HTTP {answer.response.status} for what was there before.")
        self._take(operation, answer)
        after = self._api.call(reader.id, **reading)
        there = after.response.status in _SERVED and strict_json.same(before.json, after.json)
        nowhere = {
            key: self._nowhere(known) for known in reader.inputs if (key := known.name) in reading["path"]
        }
        if there and self._api.call(reader.id, **{**reading, "path": nowhere}).response.status in _SERVED:
            raise Untestable("The target has a thing of any name: it keeps nothing.")
        fine = holds(not there, expected="not there", actual="read as before", where="status")
        self._judge(after, fine, before=(answer.id,))

    def one_wrong(self, depth: Variations, name: str) -> None:
        """Send a good request with one thing wrong each time: parameters, and every part of its body."""
        operation = self._operations[name]
        depth.fuzz(name)
        good = self._good(operation)
        for known in operation.inputs:
            for about, request in spoilt_inputs(good, known):
                self._withstood(operation, request, f"{known.name}: {about}")
        if "body" in good:
            schema = next((rule.schema for rule in operation.requests.values()), {})
            every = list(generation.one_wrong(good["body"], schema))
            for wrong in every[:: max(1, len(every) // _VARIANTS)]:
                self._withstood(operation, {**good, "body": wrong.body}, wrong.about)

    def same_meaning(self, depth: Variations, name: str) -> None:
        """Send requests in other writings that mean the same."""
        operation = self._operations[name]
        depth.fuzz(name)
        make = self._steady(operation)
        depth.same_meaning(name, make, outcome(*successes(operation)))

    def no_json(self, depth: Variations, name: str) -> None:
        """Send texts near to a good request that are no JSON."""
        operation = self._operations[name]
        depth.fuzz(name)
        make = self._steady(operation)
        depth.no_json(
            name, make, outcome(*successes(operation)), any_outcome("invalid", "rejected", "refused")
        )

    def chance(self, depth: Variations, name: str, kind: str) -> None:
        """Send as many random bodies as the plan asks for."""
        operation = self._operations[name]
        depth.fuzz(name)
        made = depth.bodies(name, kind)
        good = self._good(operation)
        for wrong in made:
            with depth.keeping(wrong):
                raw = {"raw": wrong.body} if isinstance(wrong.body, bytes) else {"body": wrong.body}
                rest = {key: it for key, it in good.items() if key != "body"}
                self._withstood(operation, {**rest, **raw}, wrong.about)

    def _look(self, operation: Operation, request: Request, about: str) -> None:
        self._take(operation, self._api.call(operation.id, **request), about)

    def _take(self, operation: Operation, answer: Exchange, about: str = "") -> None:
        """Judge an answer to what may be sent: as the documented one that it is, or for being none."""
        came = answer_of(operation, answer)
        names = [came.name] if came else successes(operation) or [operation.outcomes[0].name]
        self._judge(answer, outcome(*names), about=about)

    def _withstood(self, operation: Operation, request: Request, about: str) -> None:
        """Judge an answer to what may not be sent: no failure; a refusal is as documented."""
        answer = self._api.call(operation.id, **request)
        status = answer.response.status
        failed = status >= _FAILED and status not in _UNDONE
        fine = holds(not failed, expected="served or refused", actual=f"HTTP {status}", where="status")
        if failed:
            self._judge(answer, fine, about=about)
        came = answer_of(operation, answer)
        if came and came.role is not Role.SUCCESS:
            self._judge(answer, outcome(came.name), about=about)
        else:
            self._judge(answer, *([any_outcome(came.role)] if came else [fine]), about=about)

    def _good(self, operation: Operation) -> Request:
        """Return a request that is served, once judged; of what deletes the likeliest one, untried."""
        if operation.method == "DELETE":
            return self._request(operation, self._labels(operation)[0])
        sent = self._accepted(operation)
        self._take(operation, sent.answer)
        return sent.request

    def _accepted(self, operation: Operation, *, but: str = "", depth: int = 0) -> Sent:
        """Send requests until one is served; Untestable where none is, with the last answer."""
        if told := self._memory.given_up.get(operation.id):
            raise Untestable(told)
        failed: Exchange | None = None
        answer: Exchange | None = None
        first = self._memory.served.get(operation.id)
        labels = [it for it in dict.fromkeys([first, *self._labels(operation)]) if it and it != but]
        for label in labels[:_TRIES]:
            request = self._request(operation, label, depth)
            answer = self._api.call(operation.id, **request)
            if answer.response.status in _SERVED:
                self._memory.served[operation.id] = label
                return Sent(request, answer)
            self._judge.agrees(answer, outcome(*(known.name for known in operation.outcomes)))
            if answer.response.status >= _FAILED:
                failed = failed or answer
            if answer.response.status in _DOORS:
                break
            if answer.response.status in _GONE and self._forget(operation) and not depth:
                return self._accepted(operation, but=but, depth=1)
        if failed and not depth and not exactly(operation, failed):
            self._judge(failed, outcome(*(successes(operation) or [operation.outcomes[0].name])))
        status = answer.response.status if answer else "nothing"
        why = (
            f"No request of {operation.id} that can be told from the document is served (HTTP {status}); "
            "give what "
            f"it needs in [families.{operation.family}.fixtures.{operation.id}] or .credentials."
        )
        if not but:
            self._memory.given_up[operation.id] = why
        raise Untestable(why)

    def _forget(self, operation: Operation) -> bool:
        """Forget the things that a path names, which somebody took away; tell whether there were any."""
        keys = [it for it in self._memory.things if operation.path.startswith(it.rpartition("/")[0])]
        for key in keys:
            del self._memory.things[key]
        return bool(keys)

    def _steady(self, operation: Operation) -> Callable[[], Request]:
        """Return what makes requests that are served again and again, each a new one."""
        if not operation.requests or "json" not in operation.media_type:
            raise Untestable(f"{operation.id} takes no JSON body.")
        known = self._memory.steady.get(operation.id)
        if known is None:
            self._accepted(operation)
            for label in (self._memory.served[operation.id], *self._labels(operation)[:_TRIES]):
                answers = (
                    self._api.call(operation.id, **self._request(operation, label)) for _ in range(_FEW)
                )
                if all(it.response.status in _SERVED for it in answers):
                    known = self._memory.steady[operation.id] = label
                    break
        if known is None:
            raise Untestable(f"No request of {operation.id} is served twice, so that two cannot be compared.")
        return lambda: self._request(operation, known)

    def _labels(self, operation: Operation) -> list[str]:
        """Return the ways in which a request can be made, the likeliest first."""
        if not operation.requests:
            return ["plain"]
        made = [f"printed:{name}" for name in operation.printed]
        made += ["fresh", "whole", "shown", *(f"random:{at}" for at in range(_RANDOM))]
        return made if operation.body_required else [*made, "none"]

    def _request(self, operation: Operation, label: str, depth: int = 0, *, made: bool = False) -> Request:
        """Return the arguments of a call, made in one of the ways."""
        request: Request = {"path": {}, "query": [], "headers": {}}
        for known in operation.inputs:
            if known.place == "path":
                value = self._thing(operation, known, depth, made=made)
                request["path"][known.name] = written_as(known, value)[0][1]
            elif known.required:
                request = with_value(request, known, self._thing(operation, known, depth))
        if operation.requests and label != "none":
            request |= self._body(operation, label)
        return request

    def _body(self, operation: Operation, label: str) -> Request:
        rule = next(iter(operation.requests.values()))
        way, _, which = label.partition(":")
        if way == "printed":
            body = operation.printed[which]
        elif way == "random":
            some = list(generation.random_bodies(rule.schema, "valid", _RANDOM, 1))
            body = some[int(which) % len(some)].body if some else None
        else:
            body = generation.value(
                rule.schema, word=None if way == "shown" else self._word, whole=way == "whole"
            )
        kind = operation.media_type
        if "json" in kind or kind in {"*/*", "application/*"}:
            return {"body": body} | ({"media_type": kind} if "*" not in kind else {})
        fields = {key: generation.text(it) for key, it in body.items()} if isinstance(body, dict) else {}
        if kind.startswith("application/x-www-form-urlencoded"):
            return {"form": fields}
        if kind.startswith("multipart/"):
            return {"files": list(fields.items())}
        return {"raw": generation.text(body).encode(), "media_type": kind.replace("*", "plain")}

    def _thing(self, operation: Operation, parameter: Input, depth: int, *, made: bool = False) -> Json:
        """Return a value of a parameter: the owner's, one that a call made or listed, or the file's."""
        for role in (operation.id, "values"):
            given = self._target.fixtures.get(role, {})
            if parameter.name in given:
                return given[parameter.name]
        if parameter.place == "path":
            found = self._found(operation, parameter, depth, made=made)
            if found is not None:
                return found
            if made:
                raise Untestable(f"No call makes a {parameter.name} for {operation.id}.")
        fits = [it for it in parameter.examples if parameter.rule.fits(it)]
        return fits[0] if fits else generation.value(parameter.rule.schema)

    def _found(self, operation: Operation, parameter: Input, depth: int, *, made: bool) -> Json:
        """Return the name of a thing that is there: made by a call, where nothing may be lost, or listed."""
        holder = operation.path.partition(f"/{{{parameter.name}}}")[0]
        key = f"{holder}/{parameter.name}"
        taken = operation.method == "DELETE" or made
        if key in self._memory.things and not taken:
            return self._memory.things[key]
        if depth >= _DEEPEST:
            return None
        found = self._of_link(operation, parameter, depth)
        ways = ("POST",) if taken else ("POST", "GET") if operation.writes else ("GET", "POST")
        for method in ways if found is None else ():
            maker = self._at(holder, method)
            if maker is None or maker.id == operation.id or (maker.writes and self._api.only_reads):
                continue
            try:
                sent = self._accepted(maker, depth=depth + 1)
            except Untestable:
                continue
            found = name_of(sent, parameter, method)
            if found is not None and (
                parameter.rule.fits(found) or parameter.rule.fits(generation.text(found))
            ):
                break
            found = None
        if found is not None and not taken:
            self._memory.things[key] = found
        return found

    def _of_link(self, operation: Operation, parameter: Input, depth: int) -> Json:
        """Return what a documented link says a parameter is, of an answer that has it."""
        for other in self._operations.values():
            for link in other.links:
                names = [name for name in link.parameters if name.rpartition(".")[2] == parameter.name]
                if link.operation != operation.id or not names or other.id == operation.id:
                    continue
                if (other.writes and self._api.only_reads) or (operation.writes and not other.writes):
                    continue
                try:
                    sent = self._accepted(other, depth=depth + 1)
                except Untestable:
                    continue
                found, value = said_by(link.parameters[names[0]], sent)
                if found:
                    return value
        return None

    def _at(self, path: str, method: str) -> Operation | None:
        """Return the operation of a path, whatever its parameters are called, and a method."""
        bare = bare_path(path)
        some = (it for it in self._operations.values() if it.method == method and bare_path(it.path) == bare)
        return next(some, None)

    def _linked(self, link: Link, sent: Sent, other: Operation) -> Request:
        """Return the request that a link leads to."""
        request = self._request(other, self._labels(other)[0])
        for name, expression in link.parameters.items():
            place, _, bare = name.rpartition(".")
            found, value = said_by(expression, sent)
            told = holds(
                found,
                expected=f"what the link says, {expression}",
                actual="nothing is there",
                where=str(expression),
            )
            self._judge(sent.answer, told)
            for known in other.inputs:
                if known.name == bare and place in {"", known.place}:
                    request = with_value(request, known, value)
        if link.body is not None:
            request["body"] = said_by(link.body, sent)[1]
        return request

    def _filled(self, operation: Operation) -> Sent:
        """Return what a list is answered with, once it has some entries, where a call can make them."""
        sent = self._accepted(operation)
        entries = list_in(sent.answer.json)
        maker = self._at(operation.path, "POST")
        lacking = 0 if entries is None else _FEW - len(entries)
        if lacking > 0 and maker and not self._api.only_reads:
            for _ in range(lacking):
                self._accepted(maker)
            return self._accepted(operation)
        return sent

    def _again(self, operation: Operation, sent: Sent, *more: tuple[Input, Json]) -> Exchange:
        request = sent.request
        for known, value in more:
            request = with_value(request, known, value)
        answer = self._api.call(operation.id, **request)
        if answer.response.status not in _SERVED:
            raise Untestable(f"{operation.id} was served, and then answered HTTP {answer.response.status}.")
        return answer

    def _read(self, operation: Operation, sent: Sent) -> tuple[Exchange, Exchange]:
        """Return an answer, and what reads the thing that it is about."""
        if sent.answer.response.status == _ACCEPTED or not isinstance(sent.request.get("body"), dict):
            raise Untestable(f"{operation.id} makes nothing that could be read at once.")
        if operation.method != "POST":
            reader = self._at(operation.path, "GET")
            if reader is None:
                raise Untestable(f"Nothing reads what {operation.id} writes.")
            return sent.answer, self._api.call(
                reader.id, **{**self._request(reader, "plain"), "path": sent.request["path"]}
            )
        items = (
            it
            for it in self._operations.values()
            if it.method == "GET"
            and re.fullmatch(re.escape(bare_path(operation.path)) + r"/\{\}", bare_path(it.path))
        )
        reader = next(items, None)
        known = [it for it in reader.inputs if it.place == "path"] if reader else []
        name = name_of(sent, known[-1], "POST") if known else None
        if reader is None or name is None or not known[-1].rule.fits(name):
            raise Untestable(f"The answer of {operation.id} names nothing that could be read.")
        path = {**sent.request["path"], known[-1].name: generation.text(name)}
        path = {it.name: path[it.name] for it in known if it.name in path}
        return sent.answer, self._api.call(reader.id, **{**self._request(reader, "plain"), "path": path})

    def _unserved(self, operation: Operation) -> Iterator[Request]:
        """Yield requests that are likely to be refused, each for another reason."""
        good = self._request(operation, self._memory.served.get(operation.id) or self._labels(operation)[0])
        if operation.schemes:
            yield {**good, "auth": None}
        paths = [known for known in operation.inputs if known.place == "path"]
        for known in reversed(paths):
            yield with_value(good, known, self._nowhere(known))
        for known in paths:
            yield with_value(good, known, "other-type-of-value")
        for known in operation.inputs:
            if known.place == "query":
                if known.required:
                    yield {**good, "query": [it for it in good["query"] if it[0] != known.name]}
                yield with_value(good, known, "other-type-of-value")
        if "body" in good:
            yield {**good, "body": {}}
            yield {key: it for key, it in good.items() if key not in {"body", "media_type"}}
            yield {**{key: it for key, it in good.items() if key != "body"}, "raw": b"{"}
            schema = next((rule.schema for rule in operation.requests.values()), {})
            yield from (
                {**good, "body": it.body} for it in list(generation.one_wrong(good["body"], schema))[:6]
            )

    def _nowhere(self, parameter: Input) -> str:
        """Return a value of a parameter that nothing is called by."""
        schema = parameter.rule.schema
        if schema.get("format") == "uuid":
            return str(UUID(int=int.from_bytes(self._word(16).encode()[:16], "big"), version=4))
        whole = schema.get("type") in {"integer", "number"}
        return "987654321" if whole else self._word(16).lower()

    def _spoilt(self, operation: Operation, request: Request) -> Request:
        """Return a request with credentials that nobody was given."""
        held = self._target.credentials
        roles = next((some for some in operation.schemes if all(it in held for it in some)), ("default",))
        given = held.get(roles[0], {"type": "bearer"})
        if given["type"] == "basic":
            return {**request, "auth": Basic(f"{_NOBODY}-{self._word(6)}", _NOBODY)}
        if given["type"] == "header":
            return {**request, "auth": None, "headers": {**request["headers"], given["name"]: _NOBODY}}
        if given["type"] == "cookie":
            return {
                **request,
                "auth": None,
                "headers": {**request["headers"], "Cookie": f"{given['name']}={_NOBODY}"},
            }
        if given["type"] == "query":
            return {**request, "auth": None, "query": [*request["query"], (given["name"], _NOBODY)]}
        return {**request, "auth": Bearer(_NOBODY)}
