"""Safe on environments that others use, too: who may run what, where it goes, how much, and what stays."""

import json
import threading
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest
import runs

from clausewise import journal, scope, statement
from clausewise.client import Budget
from clausewise.errors import BudgetExhausted
from clausewise.plugin.startup import claimed


@pytest.fixture
def counting():
    """A server that refuses all calls, and the list of those that reached it."""
    heard = []

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self):
            heard.append(self.path)
            self.send_error(401)

        do_POST = do_GET  # noqa: N815 - its name

        def log_message(self, *_):
            pass

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{server.server_port}", heard
        server.shutdown()


def production(folder, url):
    """Write a target file that says production."""
    path = runs.target_at(folder, url, "cdp")
    path.write_text(
        path.read_text().replace('"sandbox"', '"production"').replace("show_personal_data = true", "")
    )
    return path


def said(done):
    return " ".join((done.stdout + done.stderr).split())


@pytest.mark.parametrize("typed", [[], ["--i-own-this-target", "refer"], ["--i-own-this-target", ""]])
@pytest.mark.parametrize("command", ["run", "doctor"])
def test_production_wants_its_name_typed_in_full(tmp_path, counting, command, typed):
    """Whoever has not typed it sends nothing, and reads what to type."""
    url, heard = counting
    plan = ["--plan", "safe", "--run-dir", tmp_path / "run"] if command == "run" else []

    done = runs.clausewise(command, "--target", production(tmp_path, url), *plan, *typed)

    assert done.returncode == 4
    assert "adds --i-own-this-target and its name in full, 'reference'" in said(done)
    assert heard == []


def test_production_is_only_read(tmp_path):
    """With its name and plan safe it is judged, and no operation that writes is called."""
    with runs.reference("cdp") as url:
        owned = ("--i-own-this-target", "reference", "--plan", "safe", "--run-dir", tmp_path / "run")
        done = runs.clausewise("run", "--target", production(tmp_path, url), *owned)

    told = runs.results(tmp_path / "run")
    sent = {record["operation"] for record in journal.records(tmp_path / "run", journal.EXCHANGES)}
    assert done.returncode == 0, done.stdout
    assert told["counts"]["pass"] > 50
    assert told["counts"]["fail"] == 0
    assert "onboardCustomer" not in sent
    assert told["left_behind"] == []


def test_the_doctor_calls_only_what_is_documented_on_production(tmp_path, counting):
    """Its first call there is the log-in: the address for itself is no operation of any document."""
    url, heard = counting

    runs.clausewise("doctor", "--target", production(tmp_path, url), "--i-own-this-target", "reference")

    assert heard
    assert all(path.endswith("/token") for path in heard), heard


@pytest.mark.parametrize("command", ["run", "doctor"])
def test_a_host_that_resolves_elsewhere_gets_nothing(tmp_path, counting, command):
    """The address is looked at before a byte is sent, so that no name can lead the credentials away."""
    url, heard = counting
    target = runs.target_at(tmp_path, url.replace("127.0.0.1", "localhost"), "cdp")
    target.write_text(target.read_text().replace("[limits]", '[limits]\naddresses = ["10.0.0.0/8"]'))
    folder = ["--run-dir", tmp_path / "run"] if command == "run" else []

    done = runs.clausewise(command, "--target", target, *folder)

    assert done.returncode == 3
    assert "resolves to 127.0.0.1, which [limits] addresses does not allow (10.0.0.0/8)" in said(done)
    assert heard == []


def test_a_host_that_resolves_where_it_may_is_judged(tmp_path):
    """The list lets through what it names."""
    with runs.reference("cdp") as url:
        target = runs.target_at(tmp_path, url, "cdp")
        target.write_text(
            target.read_text().replace("[limits]", '[limits]\naddresses = ["127.0.0.0/8", "::1"]')
        )
        clause = ("--clause", "cdp.getToken.token", "--run-dir", tmp_path / "run")
        runs.clausewise("run", "--target", target, *clause)

    assert runs.verdicts(tmp_path / "run")["cdp.getToken.token"] == "pass"


def test_an_address_that_is_none_is_told(tmp_path):
    """A mistake in the list is one sentence, exit 4."""
    target = runs.target_at(tmp_path, "http://127.0.0.1:9")
    target.write_text(target.read_text().replace("[limits]", '[limits]\naddresses = ["10.0.0.0/33"]'))

    done = runs.clausewise("doctor", "--target", target)

    assert done.returncode == 4
    assert "[limits] addresses holds '10.0.0.0/33', which is no network" in said(done)


def test_a_dry_run_sends_nothing_and_lists_what_would_be_written(tmp_path, counting):
    """Counted on the reference: each operation, how often, what it makes, and what cannot be undone."""
    url, heard = counting
    target = runs.target_at(tmp_path, url, "ofs-ecm")
    picked = ("--operation", "addCustomer", "--operation", "saveEvents", "--plan", "smoke")

    done = runs.clausewise("run", "--target", target, "--dry-run", *picked, cwd=tmp_path)

    assert done.returncode == 0, done.stdout + done.stderr
    assert heard == []
    lines = {line.split()[1]: line for line in done.stdout.splitlines() if line.startswith("ofs-ecm")}
    assert lines["addCustomer"].split()[-1] == "removeCustomer"
    assert "times an event" in lines["saveEvents"]
    assert lines["saveEvents"].endswith("no documented operation")
    assert "Nothing was sent to reference" in said(done)
    assert not (tmp_path / "reports").exists()


@pytest.mark.parametrize("clean", [True, False])
def test_what_a_run_made_is_taken_away_or_listed(tmp_path, clean):
    """Customers go where the documents have an operation for it; cases stay, and the report says so."""
    with runs.reference("ofs-ecm") as url:
        target = runs.target_at(tmp_path, url, "ofs-ecm")
        more = [] if clean else ["--no-clean-up"]
        picked = ("--operation", "addCustomer", "--plan", "smoke", "--run-dir", tmp_path / "run", *more)
        done = runs.clausewise("run", "--target", target, *picked)

    told = runs.results(tmp_path / "run")
    left = {row["operation"]: row for row in told["left_behind"]}
    swept = [
        record
        for record in journal.records(tmp_path / "run", journal.EXCHANGES)
        if record["test"] == "clean-up"
    ]
    assert left["saveEventsAndPromoteToCase"]["undo"] == ""
    assert f"{left['saveEventsAndPromoteToCase']['many']} times a case and its events" in said(done)
    assert "Left behind in the target" in (tmp_path / "run" / "report.html").read_text()
    assert "Left behind in the target" in (tmp_path / "run" / "summary.md").read_text()
    assert ("removeCustomer" in {record["operation"] for record in swept}) is clean
    assert all(record["stray"] for record in swept)
    assert ("addCustomer" in left) is not clean


def test_workers_share_one_budget(tmp_path):
    """Two workers together send what --max-requests allows, and no faster than the rate."""
    with runs.reference("cdp") as url:
        target = runs.target_at(tmp_path, url, "cdp", rate=80)
        told = ("--max-requests", "160", "--processes", "2", "--run-dir", tmp_path / "run")
        runs.clausewise("run", "--target", target, *told)

    sent = list(journal.records(tmp_path / "run", journal.EXCHANGES))
    began = sorted(datetime.fromisoformat(record["started"]).timestamp() for record in sent)
    assert len(sent) == 160
    assert len({record["id"].partition("-")[0] for record in sent}) == 2
    # The second half alone: what one worker waits before its first call is no part of the pace.
    assert 79 / (began[-1] - began[80]) <= 80 * 1.05


def test_a_book_counts_for_all_who_share_it(tmp_path):
    """However many ask at once, no more go than may, and each has a turn of its own."""
    book = tmp_path / "book"

    def spends(_):
        try:
            Budget(50, None, 1000, book).spend()
        except BudgetExhausted:
            return 0
        return 1

    with ThreadPoolExecutor(8) as pool:
        assert sum(pool.map(spends, range(80))) == 50
    assert json.dumps(book.stat().st_size) == "40"


def test_an_answer_too_deep_to_read_left_nothing_and_ends_no_run(tmp_path):
    """A hostile answer to a call that makes something is added up like any other."""
    told = {"id": "x", "family": "ofs-ecm", "operation": "addCustomer", "test": "t", "milliseconds": 1.0}
    told |= {"matched": "", "expected": [], "started": "2031-01-01T00:00:00Z"}
    told |= {"request": {"method": "POST", "url": "", "headers": [], "body": ""}}
    told |= {"response": {"status": 200, "reason": "", "headers": [], "body": "[" * 200_000}}
    pages = journal.JournalFiles(tmp_path)
    pages.exchange(told)
    pages.close()
    target = claimed(runs.REFERENCE)

    left = statement.add_up(scope.of(target), tmp_path).left

    assert left["ofs-ecm", "addCustomer"].made == 0
