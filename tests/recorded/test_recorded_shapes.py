"""Recorded traffic as tools write it: what is odd costs at most its entry, and blames no target."""

import base64
import gzip
import io
import json
import zipfile
from datetime import datetime
from typing import Any

import pytest
import runs
from har_entries import FOUND, NOT_FOUND, TOKEN, UNAUTHORIZED, VALIDATE, changed, entry

from clausewise import input_files, package_data, recorded, scope, targets
from clausewise.errors import ConfigurationError
from clausewise.judge import JudgeContext
from clausewise.verdict import Policy


class Nowhere:
    """A journal that keeps the exchanges, each as our own readers want it."""

    def __init__(self):
        self.exchanges = []

    def exchange(self, record):
        input_files.check_record(record, "exchange.schema.json")
        assert datetime.fromisoformat(record["started"]).tzinfo
        assert 0 <= record["milliseconds"] < 1e9
        self.exchanges.append(record)

    def verdict(self, record):
        pass


@pytest.fixture(scope="module")
def known(tmp_path_factory):
    """What a target at bank.example.com claims."""
    path = runs.target_at(tmp_path_factory.mktemp("target"), "https://bank.example.com/gate", "cdp")
    return scope.of(targets.load(path, package_data.SCHEMAS / "target.schema.json"))


@pytest.fixture
def judged(known, tmp_path):
    """Judge entries; returns what was matched (or why it was left out), and the clauses that are broken."""

    def judge(*entries, hosts=(), encode=lambda text: text.encode(), known=known):
        path, pages = tmp_path / "traffic.har", Nowhere()
        path.write_bytes(encode(json.dumps({"log": {"entries": entries}})))
        bench, told, broken = JudgeContext.of(known, pages, Policy(), b""), [], set()
        for one in recorded.read(path, known, hosts):
            made = recorded.again(one, bench)
            told.append(pages.exchanges[-1]["matched"] if one.exchange else one.why)
            broken |= {bad.clause.removeprefix("cdp.") for bad in made.findings}
        return told, broken

    return judge


NEAREST = {
    "a field of another type": (entry(changed(FOUND, data__first_name=17)), {"found.data.first_name"}),
    "a code as text": (entry(changed(NOT_FOUND, errorCode="45001")), {"not-found"}),
    "another code": (entry(changed(NOT_FOUND, errorCode=99)), {"not-found"}),
    "a key that is missing": (entry(changed(NOT_FOUND, message=...)), {"not-found.message"}),
    "a word of its own, another status": (entry(NOT_FOUND, 299), {"not-found", "only-documented"}),
    "another answer's body": (entry(UNAUTHORIZED, 200), {"unauthorized"}),
    "like none of several": (entry({"foo": 1}), {"only-documented", "found"}),
    "like none, and the only one": (entry({"foo": 1}, path=TOKEN), {"token"}),
    "as it is documented": (entry(), set()),
}


@pytest.mark.parametrize("name", NEAREST)
def test_an_answer_is_read_as_the_nearest_documented_one(judged, name):
    """And what is amiss in it is held against that one."""
    recording, wanted = NEAREST[name]
    _, broken = judged(recording)
    operation = "getToken" if TOKEN in recording["request"]["url"] else "validateCustomer"

    assert {f"{operation}.{clause}" for clause in wanted} <= broken
    assert bool(broken) is bool(wanted)


PACKED = base64.encodebytes(json.dumps(NOT_FOUND).encode()).decode()
ODD: dict[str, Any] = {
    "statusText null": {"response__statusText": None},
    "postData null": {"request__postData": None},
    "postData text null": {"request__postData__text": None},
    "postData params null": {"request__postData": {"mimeType": None, "params": None}},
    "mimeType null": {"response__content__mimeType": None, "request__postData__mimeType": None},
    "header value null": {"request__headers__0__value": None},
    "header null": {"request__headers__0": None},
    "headers null": {"request__headers": None},
    "headers missing": {"request__headers": ...},
    "headers as a table": {"response__headers": {"Content-Type": "application/json"}},
    "header value a number": {"request__headers__0": {"name": "X-Count", "value": 3}},
    "HTTP/2 pseudo headers": {"request__headers__0": {"name": ":authority", "value": "bank.example.com"}},
    "no start": {"startedDateTime": ...},
    "start null": {"startedDateTime": None},
    "start without a zone": {"startedDateTime": "2031-01-01T00:00:00"},
    "start that is none": {"startedDateTime": "yesterday"},
    "start in milliseconds": {"startedDateTime": 1924992000000},
    "time -1": {"time": -1},
    "time null": {"time": None},
    "time missing": {"time": ...},
    "time as a text": {"time": "12.5"},
    "time NaN": {"time": float("nan")},
    "time endless": {"time": 1e999},
    "time of 400 digits": {"time": 10**400},
    "time a table": {"time": {}},
    "status as a text": {"response__status": "200"},
    "status as a float": {"response__status": 200.0},
    "size unknown": {"response__content__size": -1},
    "size null": {"response__content__size": None},
    "size compressed": {"response__content__size": 20, "response__bodySize": 20},
    "base64": {"response__content__text": PACKED.replace("\n", ""), "response__content__encoding": "base64"},
    "base64 in lines": {"response__content__text": PACKED, "response__content__encoding": "base64"},
    "base64 of small letters": {"response__content__text": PACKED, "response__content__encoding": "BASE64"},
    "base64 without padding": {
        "response__content__text": PACKED.rstrip("=\n"),
        "response__content__encoding": "base64",
    },
    "encoding null": {"response__content__encoding": None},
    "a parsed body": {"response__content__text": NOT_FOUND},
    "fields of the tool": {
        "_charlesStatus": "COMPLETE",
        "_at": 17_000_000_000_000_000_000,
        "_deep": [[[{}]]],
    },
    "HTTP/2.0": {"response__httpVersion": "HTTP/2.0", "request__httpVersion": "h2"},
    "redirectURL null": {"response__redirectURL": None},
    "method in small letters": {"request__method": "post"},
    "host in capitals": {"request__url": f"HTTPS://BANK.example.com:443/gate/{VALIDATE}"},
    "no host": {"request__url": f"/gate/{VALIDATE}"},
}


@pytest.mark.parametrize("name", ODD)
def test_an_odd_value_leaves_the_rest_as_it_is(judged, name):
    """The answer is still judged: as it is documented it is well, and a broken one is broken."""
    odd = changed(entry(), **ODD[name])
    told, broken = judged(odd)
    assert (told, broken) == (["not-found"], set()), name

    if "base64" not in name and "parsed" not in name:
        wrong = changed(entry(changed(NOT_FOUND, message="Gone")), **ODD[name])
        assert judged(wrong)[1], name


BODY, ANSWER, HOST = "the recording has no body", "no answer was recorded", "another host, "
LEFT: dict[str, Any] = {
    "Firefox": (
        {"response__content": {"size": 93, "mimeType": "application/json", "comment": "not included."}},
        BODY,
    ),
    "Chrome without content": ({"response__content__text": ...}, BODY),
    "text null": ({"response__content__text": None}, BODY),
    "text empty, size known": ({"response__content__text": ""}, BODY),
    "content null": ({"response__content": None, "response__bodySize": 93}, BODY),
    "content missing": ({"response__content": ...}, BODY),
    "content empty": ({"response__content": {}}, BODY),
    "size in a header": (
        {
            "response__content": {"text": ""},
            "response__headers": [{"name": "content-length", "value": "93"}],
        },
        BODY,
    ),
    "a note in its place": ({"response__content__text": "[body omitted]"}, BODY),
    "a note, size unknown": ({"response__content": {"text": "<response body not available>"}}, BODY),
    "a note as JSON": ({"response__content__text": '"[REDACTED]"'}, BODY),
    "only its beginning": ({"response__content__text": '{"status": "fail'}, BODY),
    "status 0": ({"response__status": 0}, ANSWER),
    "status -1": ({"response__status": -1}, ANSWER),
    "status null": ({"response__status": None}, ANSWER),
    "status a word": ({"response__status": "error"}, ANSWER),
    "status missing": ({"response__status": ...}, ANSWER),
    "another host": ({"request__url": f"https://cdn.example.net/{VALIDATE}"}, HOST),
    "another port": ({"request__url": f"https://bank.example.com:8443/{VALIDATE}"}, HOST),
    "no operation": ({"request__url": "https://bank.example.com/logo.png"}, "no operation that the target"),
    "a gateway": (
        {"response__status": 503, "response__content": {"text": "<html>"}},
        "HTTP 503 of a gateway",
    ),
    "from a cache": ({"response__status": 304, "response__content": {"size": 0}}, "HTTP 304"),
    "no base64": (
        {"response__content__text": "%%%", "response__content__encoding": "base64"},
        "unreadable: its body is to be base64",
    ),
    "no request": ({"request": None}, "unreadable: it has no request"),
    "no response": ({"response": ...}, "unreadable: it has no response"),
    "no method": ({"request__method": None}, "unreadable: its request has no method"),
    "no url": ({"request__url": ""}, "unreadable: its request has no url"),
    "a url that is none": ({"request__url": "https://[bank/"}, "unreadable: its url is none"),
}


@pytest.mark.parametrize("name", LEFT)
def test_what_says_nothing_is_left_out_alone(judged, name):
    """It is told why; what stands beside it is judged, and nothing is held against the target."""
    places, why = LEFT[name]
    told, broken = judged(changed(entry(), **places), entry())

    assert told[0].startswith(why), told
    assert (told[1], broken) == ("not-found", set())


@pytest.mark.parametrize(
    ("text", "size"), [("", 0), ("Service not available", 21), ("<html>Gone</html>", -1), ("[1", 2)]
)
def test_a_body_that_is_there_is_judged(judged, text, size):
    """An empty one, a page, half a JSON: whatever was recorded whole."""
    told, broken = judged(entry(text, size=size))

    assert told == [""]
    assert "validateCustomer.json" in broken


def test_a_host_can_be_added(judged):
    """For all families or for one; the port counts, and no other host."""
    other = entry(host="proxy.example.net:8080")
    assert judged(other, hosts=["proxy.example.net:8080"])[0] == ["not-found"]
    assert judged(other, hosts=["proxy.example.net:8080=cdp"])[0] == ["not-found"]
    assert judged(other, hosts=["proxy.example.net"])[0][0].startswith(HOST)
    for wrong in ("proxy.example.net=nobody", "=cdp", ""):
        with pytest.raises(ConfigurationError, match="write HOST or HOST=FAMILY"):
            judged(other, hosts=[wrong])


@pytest.mark.parametrize(
    "encode",
    [
        lambda text: gzip.compress(text.encode()),
        lambda text: text.encode("utf-16"),
        lambda text: text.encode("utf-8-sig"),
    ],
    ids=["gzip", "utf-16", "mark"],
)
def test_a_file_may_be_packed_or_marked(judged, encode):
    """As browsers and shells leave it."""
    assert judged(entry(), encode=encode)[0] == ["not-found"]


def test_a_file_that_unpacks_to_no_end_is_told(judged, monkeypatch):
    """A few kilobytes may hold gigabytes: they are not unpacked. One that is cut off is told, too."""
    monkeypatch.setattr(recorded.har, "_LARGEST", 1000)
    with pytest.raises(ConfigurationError, match="unpacks to more than 1000 bytes"):
        judged(entry(), encode=lambda text: gzip.compress(text.encode() + b" " * 1_000_000))
    with pytest.raises(ConfigurationError, match="it is cut off"):
        judged(entry(), encode=lambda text: gzip.compress(text.encode())[:-20])


def test_bytes_that_are_no_utf8_cost_their_entry(judged):
    """The tool wrote them, and not the target."""
    entries = entry(changed(NOT_FOUND, message="Caf\u00e9")), entry()
    told, broken = judged(*entries, encode=lambda text: text.replace("\\\\u00e9", "\u00e9").encode("latin-1"))

    assert told == ["unreadable: it holds bytes that are no UTF-8", "not-found"]
    assert not broken


def packed(har, files=(), name="har.har"):
    """Return a zip with a HAR and other files in it."""
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w", zipfile.ZIP_DEFLATED) as whole:
        whole.writestr(name, har)
        for other, content in files:
            whole.writestr(other, content)
    return made.getvalue()


BESIDE = {"response__content": {"size": 93, "mimeType": "application/json", "_file": "a1b2.json"}}


@pytest.mark.parametrize(
    ("files", "name", "ends"),
    [
        ([("a1b2.json", json.dumps(NOT_FOUND))], "har.har", ["not-found"]),
        ([("a1b2.json", json.dumps(NOT_FOUND))], "monday.har", ["not-found"]),
        ([("a1b2.json", b"\xff\xfe" * 50)], "har.har", [""]),
        ([], "har.har", [BODY]),
    ],
    ids=["as Playwright does", "another name", "no text", "a file that is not there"],
)
def test_a_har_may_be_zipped_with_its_bodies(judged, files, name, ends):
    """Bodies lie in files of their own; one that is not there was not recorded."""
    told, broken = judged(changed(entry(), **BESIDE), encode=lambda text: packed(text, files, name))

    assert told == ends
    assert bool(broken) is (ends == [""])


def test_what_was_sent_may_lie_in_a_file_too(judged):
    """Of a zipped HAR, the request's body is read as the answer's is."""
    sent = {"request__postData": {"mimeType": "application/json", "_file": "c3.json"}}
    files = [("c3.json", '{"idNumber": "530104499073068", "idType": "4"}')]

    assert judged(changed(entry(), **sent), encode=lambda text: packed(text, files)) == (["not-found"], set())


@pytest.mark.parametrize(
    ("spoil", "said"),
    [
        (lambda text: packed(text, [("a1b2.json", b" " * 1_000_000)]), "unpacks to more than 5000 bytes"),
        (lambda text: packed(text + " " * 1_000_000), "unpacks to more than 5000 bytes"),
        (lambda text: packed(text)[:-30], "a zip that cannot be unpacked"),
        (lambda text: packed(text, name="notes.txt"), "a zip with no har.har in it"),
    ],
    ids=["a body", "the HAR", "cut off", "no HAR"],
)
def test_a_zip_that_is_none_or_has_no_end_is_told(judged, monkeypatch, spoil, said):
    """A few kilobytes may hold gigabytes: they are not unpacked."""
    monkeypatch.setattr(recorded.har, "_LARGEST", 5000)

    with pytest.raises(ConfigurationError, match=said):
        judged(changed(entry(), **BESIDE), encode=spoil)


def test_a_token_service_on_a_host_of_its_own_is_the_targets(judged, tmp_path_factory):
    """Calls to token_url ask for a token, whatever its path; other calls to that host do not."""
    path = runs.target_at(tmp_path_factory.mktemp("sso"), "https://bank.example.com/gate", "cdp")
    path = runs.given(path, token_url="https://sso.example.com/realms/bank/token")
    apart = scope.of(targets.load(path, package_data.SCHEMAS / "target.schema.json"))
    calls = [
        changed(entry({"foo": 1}, path=TOKEN), request__url=f"https://{url}")
        for url in (
            "sso.example.com/realms/bank/token",
            "sso.example.com/realms/other/token",
            "idp.example.net/token",
        )
    ]

    told, broken = judged(*calls, entry(), known=apart)

    assert broken == {"getToken.token", "getToken.token.access_token"} & broken
    assert "getToken.token" in broken
    assert told[1].startswith("another host, sso.example.com")
    assert told[2].startswith("another host, idp.example.net")
    assert told[3] == "not-found"
