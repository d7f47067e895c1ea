"""Hostile and broken servers: the right verdict, bounded time and memory, one sentence, the rest unharmed."""

import json
import re
import subprocess
import sys

import chaotic
import hostile
import pytest
import requests
import runs

from clausewise import chaos
from clausewise.errors import ConfigurationError

# What a run with each kind comes to: exit code, verdict of the clause judged, a piece of the sentence.
NETWORK, BROKEN, THIN, GOOD = 3, 1, 2, 0
ONBOARDING = ("POST", "/caas-lcm/api/v1/CAAS/onBoarding/customer")
NO_JSON = "a body that is no JSON"
EXPECTED = {
    "refused": (NETWORK, "error", "the connection was refused"),
    "reset-at-once": (NETWORK, "error", "the connection was reset"),
    "closed-at-once": (NETWORK, "error", "closed before an answer came"),
    "reset-in-headers": (NETWORK, "error", "the connection was reset"),
    "reset-after-headers": (NETWORK, "error", "the connection was reset"),
    "silence": (NETWORK, "error", "nothing came for 1 s"),
    "silence-after-headers": (NETWORK, "error", "nothing came for 1 s"),
    "dripping-headers": (NETWORK, "error", "had not ended its answer after 2 s"),
    "dripping-body": (NETWORK, "error", "had not ended its answer after 2 s"),
    "dropped-second-call": (THIN, "pass", ""),
    "endless-body": (NETWORK, "error", "more than 33554432 bytes"),
    "gigabyte-body": (NETWORK, "error", "more than 33554432 bytes"),
    "fat-body": (THIN, "pass", ""),
    "endless-header": (NETWORK, "error", "a line of its headers is longer than 64 kB"),
    "many-headers": (NETWORK, "error", "it has more than 100 headers"),
    "endless-headers": (NETWORK, "error", "it has more than 100 headers"),
    "huge-reason": (NETWORK, "error", "a line of its headers is longer than 64 kB"),
    "cookie-flood": (THIN, "pass", ""),
    "gzip": (THIN, "pass", ""),
    "deflate": (THIN, "pass", ""),
    "gzip-bomb": (NETWORK, "error", "more than 33554432 bytes"),
    "gzip-bomb-nested": (
        NETWORK,
        "error",
        "Content-Encoding 'gzip, gzip', which the request did not ask for",
    ),
    "gzip-garbage": (NETWORK, "error", "its Content-Encoding says gzip, and its body is not"),
    "gzip-cut": (BROKEN, "fail", f"{NO_JSON} (it is empty)"),
    "brotli": (NETWORK, "error", "Content-Encoding 'br', which the request did not ask for"),
    "unknown-coding": (NETWORK, "error", "Content-Encoding 'x-ours', which the request did not ask for"),
    "deep-json": (BROKEN, "fail", "nested too deeply to be read"),
    "deeper-json": (BROKEN, "fail", "nested too deeply to be read (more than 100 levels)"),
    "huge-number": (BROKEN, "fail", "a number of more than 4300 digits"),
    "infinite-number": (BROKEN, "fail", "the number 1e999999 is larger than readers can hold"),
    "duplicate-key": (THIN, "pass", "the key 'status' twice in one object"),
    "duplicate-keys": (THIN, "pass", "twice in one object"),
    "nan": (BROKEN, "fail", "NaN is no JSON number"),
    "lone-surrogate": (BROKEN, "fail", r"half a surrogate pair (\ud800)"),
    "invalid-utf-8": (BROKEN, "fail", "it is not UTF-8: byte 10 is 0xff"),
    "overlong-utf-8": (BROKEN, "fail", "it is not UTF-8: byte 11 is 0xc0"),
    "nul-bytes": (BROKEN, "fail", "Expecting value at line 1, column 1"),
    "bom": (BROKEN, "fail", "byte order mark"),
    "utf-16": (BROKEN, "fail", "it is not UTF-8: byte 0 is 0xff"),
    "html": (BROKEN, "fail", NO_JSON),
    "wide-json": (NETWORK, "error", "JSON of more than 300000 values"),
    "broad-json": (BROKEN, "fail", "HTTP 200: [{},{},{},"),
    "leak-bait": (THIN, "pass", ""),
    "length-too-long": (NETWORK, "error", "the answer was cut off"),
    "length-too-short": (BROKEN, "fail", NO_JSON),
    "length-negative": (NETWORK, "error", "Content-Length '-5', which is no length"),
    "lengths-differ": (NETWORK, "error", "it has several Content-Lengths: 7, "),
    "chunked": (THIN, "pass", ""),
    "length-and-chunked": (THIN, "pass", ""),
    "chunk-garbage": (NETWORK, "error", "its chunks cannot be read"),
    "chunk-negative": (NETWORK, "error", "its chunks cannot be read"),
    "chunk-unended": (NETWORK, "error", "the answer was cut off"),
    "trailers": (THIN, "pass", ""),
    "chunk-trailers": (NETWORK, "error", "had not ended its answer after 2 s"),
    "http-0.9": (NETWORK, "error", "no HTTP/1.1"),
    "http-1.0": (THIN, "pass", ""),
    "http-2": (NETWORK, "error", "no HTTP/1.1"),
    "no-http": (NETWORK, "error", "no HTTP/1.1, and begins with SSH-2.0"),
    "status-000": (NETWORK, "error", "no HTTP/1.1, and begins with HTTP/1.1 000"),
    "status-999": (BROKEN, "fail", "HTTP 999"),
    "status-text": (NETWORK, "error", "no HTTP/1.1, and begins with HTTP/1.1 fine"),
    "continue-flood": (NETWORK, "error", "had not ended its answer after 2 s"),
    "via": (THIN, "pass", ""),
    "closed-after-a-few": (THIN, "pass", ""),
    "slow": (THIN, "pass", ""),
    "early-hints": (THIN, "pass", ""),
    "switching": (BROKEN, "fail", "HTTP 101"),
    "no-content": (BROKEN, "fail", "HTTP 204"),
    "not-modified": (BROKEN, "fail", "HTTP 304"),
    "redirect-circle": (BROKEN, "fail", "HTTP 302"),
    "redirect-endless": (NETWORK, "error", "more than 33554432 bytes"),
    "redirect-nonsense": (BROKEN, "fail", "HTTP 302"),
    "redirect-elsewhere": (BROKEN, "fail", "HTTP 307"),
    "reply-smuggled": (THIN, "pass", ""),
    "unauthorised": (BROKEN, "fail", "HTTP 401"),
    "log-in-flaps": (THIN, "pass", ""),
    "token-for-ever": (THIN, "untestable", "without a usable token"),
    "token-dead": (THIN, "pass", ""),
    "token-garbled": (THIN, "untestable", "a text with characters that no header can carry"),
    "token-no-text": (THIN, "untestable", "a token that is no text"),
    "clock-skew": (THIN, "pass", ""),
    "throttled": (NETWORK, "error", "the target asks for fewer requests. Set a lower `rate`"),
    "throttled-briefly": (THIN, "pass", ""),
    "rate-limited": (THIN, "pass", ""),
    "throttled-by-date": (THIN, "pass", ""),
    "throttled-for-long": (NETWORK, "error", "the target asks to wait 86400 s, and [limits] max_wait"),
    "retry-after-nonsense": (NETWORK, "error", "the target asks to wait 1000000000 s"),
    "unavailable": (BROKEN, "fail", "HTTP 503"),
    "unavailable-briefly": (THIN, "pass", ""),
    "page-403": (BROKEN, "fail", "HTTP 403: a body that is no JSON"),
    "page-404": (BROKEN, "fail", "HTTP 404: a body that is no JSON"),
    "page-413": (BROKEN, "fail", "HTTP 413: a body that is no JSON"),
    "page-429": (THIN, "pass", ""),
    "page-503": (NETWORK, "error", "with a 503 (Service Unavailable) that is no JSON"),
    "page-504": (NETWORK, "error", "with a 504 (Gateway Timeout) that is no JSON"),
    "bad-gateway": (NETWORK, "error", "was answered by a gateway, with a 502 (Bad Gateway) that is no JSON"),
    "terminal-escapes": (BROKEN, "fail", "HTTP 299"),
    "header-injection": (BROKEN, "fail", "HTTP 299"),
    "tls-self-signed": (
        NETWORK,
        "",
        "its certificate is self-signed: name the authority that signed it under [tls]",
    ),
    "tls-expired": (NETWORK, "", "its certificate has expired"),
    "tls-wrong-host": (NETWORK, "", "its certificate is another host's"),
    "tls-1.0": (NETWORK, "", "it speaks no version of TLS that is safe"),
    "tls-client-wanted": (NETWORK, "", "client certificate"),
    "tls-missing": (NETWORK, "", "it does not speak TLS, and base_url says https"),
    "tls-unasked": (NETWORK, "", "it answers in TLS, and base_url says http"),
    "tls-dripping": (NETWORK, "error", "had not ended its answer after 2 s"),
}
# To the client much like another kind: `make soak` tries these, too.
ALIKE = set(
    """reset-in-headers reset-after-headers silence-after-headers gigabyte-body endless-headers huge-reason
    gzip deflate unknown-coding duplicate-key invalid-utf-8 overlong-utf-8 utf-16 nul-bytes html chunk-garbage
    chunk-unended http-2 status-000 status-text no-content not-modified redirect-nonsense token-no-text
    dripping-headers retry-after-nonsense header-injection tls-wrong-host tls-unasked closed-at-once
    dropped-second-call many-headers cookie-flood gzip-bomb-nested deeper-json infinite-number duplicate-keys
    wide-json length-negative chunked chunk-negative http-1.0 status-999 redirect-endless token-garbled
    throttled-for-long early-hints length-and-chunked lengths-differ chunk-trailers
    page-403 page-404 page-413 page-429 page-503 page-504 via closed-after-a-few trailers
    endless-header switching fat-body brotli gzip-cut huge-number broad-json tls-1.0 tls-dripping""".split()
)
TOKENLESS = {"token-for-ever", "token-garbled", "token-no-text"}
SECONDS, MEGABYTES = 40, 400
_PAINT = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\u200e\u200f\u202a-\u202e]")


@pytest.fixture(scope="session")
def upstream():
    """A good target for chaos to stand in front of."""
    with runs.reference("cdp") as url:
        yield url


def test_every_kind_of_chaos_has_its_expected_end():
    """A kind that is added without a word on its end is told of."""
    assert set(EXPECTED) == set(chaos.KINDS)


OTHERS = [kind for kind in chaos.KINDS if kind not in ALIKE]


@pytest.mark.parametrize(
    "kind",
    [
        *(pytest.param(kind, marks=pytest.mark.soak) for kind in chaos.KINDS if kind in ALIKE),
        *runs.in_turn(*OTHERS, parts=3),
    ],
)
def test_each_kind_of_chaos_ends_as_it_should(tmp_path, upstream, kind):
    """The right exit code, verdict and sentence, in bounded time and memory, and no harm to the others."""
    code, verdict, sentence = EXPECTED[kind]

    made = chaotic.measured(kind, upstream, tmp_path, *chaotic.brief())

    assert (made.exit, "Traceback" in made.said) == (code, False), made.said
    assert made.clause(chaotic.JUDGED)["verdict"] == verdict or not verdict
    assert sentence in made.sentence
    if not chaos.KINDS[kind].whole and kind not in TOKENLESS:
        assert made.clause(chaotic.UNHARMED)["verdict"] == "pass"
    assert made.seconds < SECONDS
    assert made.megabytes < MEGABYTES
    assert made.strayed == 0
    painted = [path.name for path in _shown(tmp_path / "run") if _PAINT.search(path.read_text("utf-8"))]
    assert not painted
    assert not _PAINT.search(made.said)


def test_a_read_only_environment_is_judged_by_what_reads(tmp_path, upstream):
    """Plan safe sends no write, so that a gateway that lets none through is never met."""
    with chaos.serving("page-403", upstream, struck=chaos.calls_to([ONBOARDING])) as served:
        target = runs.target_at(tmp_path, served.url, "cdp")
        done = runs.clausewise("run", "--target", target, "--plan", "safe", "--run-dir", tmp_path / "run")

    assert done.returncode == GOOD, done.stdout + done.stderr
    assert served.calls.total() == 0


def test_what_earlier_runs_left_changes_nothing(tmp_path, upstream):
    """Each run makes up its own people; those of the run before are known by now, and harm nobody."""
    target = runs.target_at(tmp_path, upstream, "cdp")
    made = [
        runs.clausewise("run", "--target", target, "--plan", "smoke", "--run-dir", tmp_path / f"run-{number}")
        for number in range(2)
    ]

    assert [done.returncode for done in made] == [GOOD, GOOD], made[-1].stdout + made[-1].stderr


def _shown(folder):
    """Return the files of a run that people look at."""
    return [path for path in folder.iterdir() if path.suffix in {".html", ".md", ".svg", ".xml"}]


def test_one_dead_operation_leaves_the_verdicts_of_another_as_they_are(tmp_path, upstream):
    """An operation that hangs costs three timeouts, and no clause of another operation its verdict."""
    names = ("validateCustomer.not-found", "getCustomer.not-found", "getCustomer.record")
    picked = [word for name in names for word in ("--clause", f"cdp.{name}")]
    made = {}
    for kind in ("chunked", "silence"):
        (tmp_path / kind).mkdir()
        made[kind] = chaotic.measured(kind, upstream, tmp_path / kind, *picked)

    told = {
        kind: {row["id"]: row["verdict"] for row in run.results["clauses"] if ".getCustomer." in row["id"]}
        for kind, run in made.items()
    }
    assert told["silence"] == told["chunked"]
    assert "pass" in told["silence"].values()
    assert made["silence"].exit == NETWORK
    assert made["silence"].spoiled == 3
    assert "The last 3 calls of validateCustomer got no answer" in made["silence"].said


def test_a_redirect_is_seen_where_somebody_follows_it(upstream):
    """The other host does take note of who comes, so that nothing noted means that nobody came."""
    with chaos.serving("redirect-elsewhere", upstream) as served:
        requests.get(f"{served.url}/somewhere", timeout=5)

    assert [asked.path for asked in served.strayed] == ["/somewhere"]


def test_serve_stands_in_front_of_the_reference_and_spoils_one_operation():
    """`clausewise serve --chaos` answers the struck operation with chaos, and the others well."""
    command = ["serve", "--port", "0", "--family", "cdp", "--chaos", "status-999"]
    with subprocess.Popen(
        [sys.executable, "-m", "clausewise", *command, "--chaos-operation", "validateCustomer"],
        stdout=subprocess.PIPE,
        text=True,
    ) as process:
        try:
            assert process.stdout
            url = process.stdout.readline().rpartition(" at ")[2].strip()
            struck = requests.post(f"{url}{chaotic.STRUCK[1]}", json={}, timeout=5)
            other = requests.get(f"{url}/caas/api/v2/customer/1", timeout=5)
        finally:
            process.terminate()

    assert (struck.status_code, other.status_code) == (999, 401)


def test_serve_tells_who_follows_a_redirect_and_with_what():
    """A client's author sees at once that credentials went to the other host."""
    command = ["serve", "--port", "0", "--family", "cdp", "--chaos", "redirect-elsewhere"]
    with subprocess.Popen(
        [sys.executable, "-m", "clausewise", *command], stdout=subprocess.PIPE, text=True
    ) as process:
        try:
            assert process.stdout
            url = process.stdout.readline().rpartition(" at ")[2].strip()
            answer = requests.get(f"{url}/a", timeout=5, allow_redirects=False)
            requests.get(answer.headers["location"], headers={"Authorization": "Basic x"}, timeout=5)
            told = process.stdout.readline()
        finally:
            process.terminate()

    assert told == "GET /a came to the other host, with credentials\n"


@pytest.mark.parametrize(
    ("options", "said"),
    [
        (["--chaos", "nope"], "There is no chaos 'nope'; there is bad-gateway, bom, broad-json"),
        (["--chaos", "bom", "--chaos-operation", "nope"], "There is no operation 'nope'; there is getToken"),
        (["--chaos", "refused", "--chaos-operation", "getToken"], "breaks the host itself"),
        (["--chaos", "bom", "--control"], "leave out --defect, --control"),
        (
            ["--chaos-operation", "getToken"],
            "--chaos-operation says where --chaos strikes: give --chaos, too",
        ),
    ],
)
def test_a_mistake_in_asking_for_chaos_is_one_sentence(options, said):
    """An unknown kind or operation, or a kind that cannot be kept to one operation, ends with 4."""
    done = runs.clausewise("serve", "--family", "cdp", "--port", "0", *options, timeout=20)

    assert done.returncode == 4
    assert said in done.stderr


def test_all_kinds_are_listed():
    """`--chaos list` names each kind with what it does."""
    done = runs.clausewise("serve", "--chaos", "list")

    assert [line.split()[0] for line in done.stdout.splitlines()] == list(chaos.KINDS)


def test_chaos_on_a_taken_port_is_one_sentence():
    """A port that somebody else listens on is named."""
    with (
        chaos.serving("bom") as served,
        pytest.raises(ConfigurationError, match="Chaos cannot listen on"),
        chaos.serving("bom", port=int(served.url.rpartition(":")[2])),
    ):
        pass


def test_a_doctor_shows_no_control_characters_of_an_answer(tmp_path):
    """What a log-in's answer says of itself reaches the terminal as escapes, and cut."""
    told = {"error": "\x1b[31mowned\x9b2J", "error_description": "x" * 5000}
    with hostile.serving(hostile.http(json.dumps(told).encode())) as url:
        target = runs.target_at(tmp_path, url, "cdp")
        done = runs.clausewise("doctor", "--target", target)

    assert done.returncode == 3
    assert r"(\u001b[31mowned\u009b2J" in done.stdout
    assert "x" * 500 not in done.stdout
    assert not _PAINT.search(done.stdout)


def test_a_token_that_ages_while_the_target_asks_to_wait_is_no_finding(tmp_path, upstream):
    """Two seconds of life, two of waiting: the 401 that comes then says nothing of young tokens."""
    chosen = "--clause", "cdp.token.good-while-young"
    made = chaotic.measured("throttled-briefly", upstream, tmp_path, *chosen)

    row = made.clause(chosen[1])
    assert row["verdict"] == "untestable", row
    assert row["reason"].startswith("A token that lives 2 s was no longer young: the answer came after 2.")


@pytest.mark.soak
@pytest.mark.parametrize("kind", chaos.KINDS)
def test_a_whole_family_survives_each_kind_of_chaos(tmp_path, upstream, kind):
    """Over the whole cdp family, too: never green for the struck operation's sake, bounded, no traceback.

    What is to be tolerated turns nothing red, and leaves nothing open; but a token's life is below 0 nowhere.
    """
    code, verdict, _ = EXPECTED[kind]
    ends = {BROKEN, NETWORK} if code == NETWORK else {code, BROKEN, THIN}
    if (code, verdict) == (THIN, "pass"):
        ends = {{"fat-body": THIN, "token-dead": BROKEN, "clock-skew": BROKEN}.get(kind, GOOD)}
    if kind == "log-in-flaps":  # the first log-in of a role may be the one that is turned away
        ends.add(NETWORK)
    few = ["--max-requests", "100"] if kind == "fat-body" else []  # a second for each, to judge and keep it

    # What is to be tolerated must not look dead for the sake of a busy machine.
    limits = {"read_timeout": 5, "total_timeout": 10} if code == THIN else None
    made = chaotic.measured(kind, upstream, tmp_path, *few, limits=limits)

    assert "Traceback" not in made.said
    assert "the test itself broke" not in made.said
    assert made.exit in ends, made.said
    assert made.seconds < 600
    assert made.megabytes < MEGABYTES
    assert made.strayed == 0
