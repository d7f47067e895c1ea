"""APIs that nobody here wrote: a family made of each one's own file, beside `st run`, on the same server.

    python benchmarks/against_st_on_newcomers.py WORK [NAME ...]

WORK is a folder for what the package managers bring: two example APIs of FastAPI and its OAuth 2 server (the
`docs_src` of its source package), json-server, and two files of oas-examples played by Prism. Each is judged
clean by both tools, and then behind a proxy that breaks one thing: status, shape, type, null, header, auth,
paging, echo, order, encoding. There `st run` has 12 seconds, since it takes minutes else. A defect is found
where a tool says something that it does not say of the clean server. Prints a table as Markdown,
and what each tool holds against the clean server: nothing is asserted.
"""

from __future__ import annotations

import contextlib
import http.client
import http.server
import json
import os
import re
import shutil
import socket
import subprocess
import sys
import threading
import time
import venv
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl, urlencode, urlsplit

import requests

HERE = Path(__file__).parent
ROOT = HERE.parent
BENDS = ("status", "shape", "type", "null", "header", "auth", "paging", "echo", "order", "encoding")
_LONGEST = 600  # seconds of one run
_UP = 60  # seconds until a server answers
_BROKEN = 12  # seconds that `st run` may look for one defect; what an answer shows it sees in its first calls
Shape = Callable[[Any], Any]


@dataclass(frozen=True)
class Api:
    """An API: how it is served, where its file comes from, and what of it can be broken.

    `key` is a field that its file requires of its answers, if it does so of any; `text` is one that was sent.
    `{port}` and `{work}` are filled in.
    """

    name: str
    command: Sequence[str]
    file: str
    key: str = "id"
    text: str = ""
    limit: str = ""
    folder: str = ""
    lists: bool = True
    values: Mapping[str, str] = field(default_factory=dict)
    log_in: Mapping[str, str] = field(default_factory=dict)
    headers: Mapping[str, str] = field(default_factory=dict)

    def can(self, bend: str) -> bool:
        """Tell whether there is something that a bend breaks."""
        has = {
            "auth": bool(self.log_in or self.headers),
            "paging": self.limit,
            "echo": self.text,
            "order": self.lists,
        }
        return bool(has.get(bend, self.key if bend in {"shape", "type", "null"} else True))


PYTHON = "{work}/venv/bin/python"
PRISM = ["{work}/node_modules/.bin/prism", "mock", "-p", "{port}"]
EXAMPLES = "{work}/node_modules/@readme/oas-examples"
UVICORN = [PYTHON, "-m", "uvicorn", "--port", "{port}", "--log-level", "warning"]
APIS = (
    Api(
        "FastAPI, sql_databases/tutorial002",
        [*UVICORN, "tutorial002:app"],
        "/openapi.json",
        text="name",
        limit="limit",
        folder="{work}/fastapi/docs_src/sql_databases",
    ),
    Api(
        "FastAPI, bigger_applications",
        [*UVICORN, "app.main:app"],
        "/openapi.json",
        key="",
        folder="{work}/fastapi/docs_src/bigger_applications",
        values={"token": "jessica", "x-token": "fake-super-secret-token"},
        lists=False,
    ),
    Api(
        "FastAPI, security/tutorial004 (OAuth 2)",
        [*UVICORN, "tutorial004:app"],
        "/openapi.json",
        key="username",
        folder="{work}/fastapi/docs_src/security",
        log_in={"username": "johndoe", "password": "secret"},
        lists=False,
    ),
    Api(
        "json-server 0.17",
        ["{work}/node_modules/.bin/json-server", "--port", "{port}", "--quiet", "{work}/db.json"],
        str(HERE / "newcomers" / "json-server.yaml"),
        text="title",
        limit="_limit",
    ),
    Api(
        "Swagger petstore 3.0 on Prism",
        [*PRISM, f"{EXAMPLES}/3.0/json/petstore.json"],
        f"{EXAMPLES}/3.0/json/petstore.json",
        key="name",
        headers={"api_key": "a-key", "Authorization": "Bearer a-token"},
        lists=False,
    ),
    Api(
        "Train Travel 3.1 on Prism",
        [*PRISM, f"{EXAMPLES}/3.1/json/train-travel.json"],
        f"{EXAMPLES}/3.1/json/train-travel.json",
        key="id",
        headers={"Authorization": "Bearer a-token"},
    ),
)


def prepare(work: Path) -> None:
    """Have the package managers bring the servers."""
    work.mkdir(parents=True, exist_ok=True)
    if not (work / "fastapi").exists():
        venv.create(work / "venv", with_pip=True)
        pip = [str(work / "venv" / "bin" / "python"), "-m", "pip", "-q"]
        extra = ["uvicorn", "python-multipart", "sqlmodel", "pyjwt", "pwdlib[argon2]"]
        subprocess.run([*pip, "install", "fastapi", *extra], check=True)  # noqa: S603 - our own commands
        told = [*pip, "download", "--no-deps", "--no-binary", ":all:", "--dest", str(work), "fastapi"]
        subprocess.run(told, check=True)  # noqa: S603
        (source,) = work.glob("fastapi-*.tar.gz")
        shutil.unpack_archive(source, work, filter="data")
        (work / source.name.removesuffix(".tar.gz")).rename(work / "fastapi")
    if not (work / "node_modules" / "@readme").exists():
        wanted = ["@readme/oas-examples", "json-server@0.17.4", "@stoplight/prism-cli"]
        npm = [shutil.which("npm") or "npm", "install", "--silent", "--prefix", str(work)]
        subprocess.run([*npm, *wanted], check=True)  # noqa: S603


@contextlib.contextmanager
def served(api: Api, work: Path) -> Iterator[str]:
    """Serve an API while the context lasts, from a state that is always the same; yields its address."""
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = str(free.getsockname()[1])
    (work / "db.json").write_text(
        json.dumps({"posts": [{"id": at, "title": f"Post {at}"} for at in (1, 2, 3)]})
    )
    folder = Path(_filled(api.folder, work, port)) if api.folder else work
    for old in folder.glob("*.db"):
        old.unlink()
    command = [_filled(word, work, port) for word in api.command]
    with subprocess.Popen(  # noqa: S603
        command, cwd=folder, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
    ) as process:
        try:
            url = f"http://127.0.0.1:{port}"
            for _ in range(_UP * 4):
                with contextlib.suppress(requests.ConnectionError):
                    requests.get(url, timeout=5)
                    break
                time.sleep(0.25)
            yield url
        finally:
            process.terminate()


def _filled(text: str, work: Path, port: str) -> str:
    return text.replace("{work}", str(work)).replace("{port}", port)


class Proxy(http.server.BaseHTTPRequestHandler):
    """Hands calls on, counts them, and breaks answers by `bend`."""

    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True  # else each answer on a kept connection waits 40 ms for the client's word
    upstream, api, bend, count, turns = "", APIS[0], "", 0, 0
    credentials: Mapping[str, str] = {}

    def handle_any(self) -> None:
        """Hand one call on."""
        type(self).count += 1
        body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
        headers = {key: it for key, it in self.headers.items() if key.lower() not in {"host", "connection"}}
        path, _, query = self.path.partition("?")
        if self.bend == "auth":
            headers = {
                key: it for key, it in headers.items() if key.lower() not in map(str.lower, self.credentials)
            }
            headers |= self.credentials
        if self.bend == "paging":
            query = urlencode(
                [it for it in parse_qsl(query, keep_blank_values=True) if it[0] != self.api.limit]
            )
        way = http.client.HTTPConnection(urlsplit(self.upstream).netloc, timeout=30)
        try:
            whole = path + (f"?{query}" if query else "")
            way.request(self.command, whole, body, headers | {"Connection": "close"})
            answer = way.getresponse()
            content, status = answer.read(), answer.status
        except (OSError, http.client.HTTPException):  # the server is gone: so is the connection
            self.close_connection = True
            return
        finally:
            way.close()
        told = [(key, it) for key, it in answer.getheaders() if key.lower() not in _HOPS]
        with contextlib.suppress(ValueError):
            if 200 <= status < 300:  # noqa: PLR2004 - what is served
                status, told, content = self.bent(status, told, content)
        self.send_response(status)
        for key, it in told:
            self.send_header(key, it)
        if status not in {204, 304}:
            self.send_header("Content-Length", str(len(content)))
        self.end_headers()
        self.wfile.write(b"" if status in {204, 304} or self.command == "HEAD" else content)

    def __getattr__(self, name: str) -> Callable[[], None]:
        """Take every method."""
        if name.startswith("do_"):
            return self.handle_any
        raise AttributeError(name)

    def bent(
        self, status: int, told: list[tuple[str, str]], content: bytes
    ) -> tuple[int, list[tuple[str, str]], bytes]:
        """Return an answer with what is wrong with it."""
        if self.bend == "status":
            return 206, told, content
        if self.bend == "header":
            return (
                status,
                [(key, "text/html" if key.lower() == "content-type" else it) for key, it in told],
                content,
            )
        changes: dict[str, Shape] = {
            "shape": lambda it: {key: value for key, value in it.items() if key != self.api.key},
            "type": lambda it: it | {self.api.key: [it[self.api.key]]} if self.api.key in it else it,
            "null": lambda it: it | {self.api.key: None} if self.api.key in it else it,
            "echo": lambda it: (
                it | {self.api.text: f"not {it.get(self.api.text)}"} if self.command == "GET" else it
            ),
        }
        if not content or self.bend not in {*changes, "order", "encoding"}:
            return status, told, content
        value = json.loads(content)
        if self.bend in changes:
            value = _everywhere(value, changes[self.bend], self.api.key)
        if self.bend == "order" and self.command == "GET":
            type(self).turns += 1
            value = _turned(value) if self.turns % 2 else value
        text = json.dumps(value)
        return status, told, text.encode("utf-16" if self.bend == "encoding" else "utf-8")

    def log_message(self, *_: Any) -> None:
        """Say nothing."""


_HOPS = {
    "transfer-encoding",
    "connection",
    "content-length",
    "content-encoding",
    "keep-alive",
    "date",
    "server",
}


def _everywhere(value: Any, change: Shape, key: str) -> Any:
    """Return an answer in which every object that has the key is changed."""
    if isinstance(value, list):
        return [_everywhere(it, change, key) for it in value]
    if isinstance(value, dict):
        inner = {name: _everywhere(it, change, key) for name, it in value.items()}
        return change(inner) if key in value else inner
    return value


def _turned(value: Any) -> Any:
    if isinstance(value, list):
        return value[::-1]
    return (
        {name: it[::-1] if isinstance(it, list) else it for name, it in value.items()}
        if isinstance(value, dict)
        else value
    )


@contextlib.contextmanager
def between(
    api: Api, upstream: str, bend: str, credentials: Mapping[str, str]
) -> Iterator[tuple[str, type[Proxy]]]:
    """Put a proxy in front of a server; yields its address, and what counts its calls."""
    more = {"upstream": upstream, "api": api, "bend": bend, "count": 0, "credentials": credentials}
    own = type("Own", (Proxy,), more)
    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), own) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{server.server_port}", own
        server.shutdown()


@dataclass(frozen=True)
class Run:
    """What one tool said of one server: its words, calls and seconds."""

    said: frozenset[str]
    calls: int
    seconds: float


def ours(  # noqa: PLR0917 - as the other tool is called
    api: Api, file: Path, url: str, folder: Path, credentials: Mapping[str, str], bend: str
) -> Run:
    """Run the gate plan on a family that is made of the file for the first of its runs."""
    shutil.rmtree(folder / "run", ignore_errors=True)
    environment = os.environ | {
        f"KEY_{number}": it.rpartition(" ")[2] for number, it in enumerate(credentials.values())
    }
    began = time.perf_counter()
    clausewise = [sys.executable, "-m", "clausewise"]
    if not bend:
        shutil.rmtree(folder, ignore_errors=True)
        made = [
            *clausewise,
            "family",
            "new",
            "newcomer",
            "--from",
            str(file),
            "--output",
            str(folder / "family"),
        ]
        subprocess.run(made, check=True, capture_output=True)  # noqa: S603
    schemes = re.findall(r"credentials\.([\w-]+)\]", (folder / "family" / "target.toml").read_text())
    document = re.search(
        r'^document = "([^"]+)"', (folder / "family" / "target.toml").read_text(), re.MULTILINE
    )
    text = [
        'version = 1\nname = "newcomer"\nenvironment = "test"\n[families.newcomer]\nfolder = "family"',
        f'document = "{document[1] if document else ""}"\nbase_url = "{url}"',
    ]
    names = list(credentials)
    for scheme in schemes:
        at = next((at for at, name in enumerate(names) if name.lower() == scheme.lower()), len(names) - 1)
        text.append(f'[families.newcomer.credentials.{scheme}]\ntype = "header"\nname = "{names[at]}"')
        bearer = "BEARER" if names[at] == "Authorization" else "KEY"
        text.append(f'value = {{ env = "{bearer}_{at}" }}')
        environment[f"BEARER_{at}"] = credentials[names[at]]
    if api.values:
        text.append("[families.newcomer.fixtures.values]")
        for number, (name, value) in enumerate(api.values.items()):
            text.append(f'{json.dumps(name)} = {{ env = "VALUE_{number}" }}')
            environment[f"VALUE_{number}"] = value
    (folder / "target.toml").write_text("\n".join(text))
    told = ["run", "--target", str(folder / "target.toml"), "--run-dir", str(folder / "run"), "--seed", "1"]
    done = subprocess.run(  # noqa: S603
        [*clausewise, *told], capture_output=True, text=True, env=environment, timeout=_LONGEST, check=False
    )
    seconds = time.perf_counter() - began
    if not (folder / "run" / "results.json").exists():
        return Run(frozenset({f"no results: {done.stderr[-300:]}"}), 0, seconds)
    results = json.loads((folder / "run" / "results.json").read_text())
    said = {f"{it['clause']}: {it['actual'][:60]} {it['hint'][:60]}".strip() for it in results["findings"]}
    said |= {f"{row['id']}: error" for row in results["clauses"] if row["verdict"] == "error"}
    return Run(frozenset(said), 0, seconds)


def theirs(  # noqa: PLR0917 - as the other tool is called
    api: Api, file: Path, url: str, folder: Path, credentials: Mapping[str, str], bend: str
) -> Run:
    """Run Schemathesis with its default phases; behind a proxy that breaks something for a while only."""
    folder.mkdir(parents=True, exist_ok=True)
    settings = folder / "schemathesis.toml"
    lines = [f"{json.dumps(name)} = {json.dumps(value)}" for name, value in api.values.items()]
    settings.write_text("\n".join(["[parameters]", *lines]) if lines else "")
    command = [str(Path(sys.executable).parent / "st"), "--config-file", str(settings)]
    command += ["run", str(file), "--url", url, "--seed", "1", "--no-color"]
    command += ["--max-time", str(_BROKEN)] if bend else []
    command += [word for name, value in credentials.items() for word in ("--header", f"{name}: {value}")]
    began = time.perf_counter()
    done = subprocess.run(command, capture_output=True, text=True, cwd=folder, timeout=_LONGEST, check=False)  # noqa: S603
    seconds = time.perf_counter() - began
    (folder / "output.txt").write_text(done.stdout + done.stderr)
    return Run(frozenset(_failures(done.stdout)), 0, seconds)


def _failures(output: str) -> Iterator[str]:
    """Yield what Schemathesis holds against each operation: its check, and the status that came."""
    operation, check = "", ""
    for line in output.splitlines():
        if head := re.fullmatch(r"_+ (.+?) _+", line.strip()):
            operation = head[1]
        elif told := re.match(r"- (?:ST\d+ )?(\S.*)", line):
            check = told[1]
            yield f"{operation}: {check}"
        elif received := re.match(r"\s+Received: (\S+)", line):
            yield f"{operation}: {check} ({received[1]})"


TOOLS = {"clausewise": ours, "st run": theirs}


def judged(api: Api, work: Path) -> None:
    """Print one API's rows."""
    with served(api, work) as url:
        file = work / f"{re.sub(r'[^a-z0-9]+', '-', api.name.lower())}.json"
        if api.file.startswith("/"):
            text = requests.get(f"{url}{api.file}", timeout=10).text if not Path(api.file).exists() else ""
            file.write_text(text) if text else None
        source = Path(_filled(api.file, work, ""))
        file = source if source.exists() else file
        credentials = dict(api.headers)
        if api.log_in:
            token = requests.post(f"{url}/token", data=api.log_in, timeout=10).json()["access_token"]
            credentials = {"Authorization": f"Bearer {token}"}
    clean: dict[str, Run] = {}
    found: dict[str, list[str]] = {name: [] for name in TOOLS}
    for bend in ("", *(it for it in BENDS if api.can(it))):
        for name, tool in TOOLS.items():
            with served(api, work) as url, between(api, url, bend, credentials) as (proxy, counted):
                run = tool(api, file, proxy, work / "runs" / name.split()[0], credentials, bend)
                run = Run(run.said, counted.count, run.seconds)
            if not bend:
                clean[name] = run
            elif run.said - clean[name].said:
                found[name].append(bend)
            sys.stderr.write(
                f"{api.name}, {bend or 'clean'}, {name}: {run.calls} calls, {run.seconds:.1f} s\n"
            )
    able = [it for it in BENDS if api.can(it)]
    for name, run in clean.items():
        missed = ", ".join(it for it in able if it not in found[name]) or "none"
        cells = [
            api.name,
            name,
            run.calls,
            f"{run.seconds:.1f}",
            f"{len(found[name])} of {len(able)}",
            missed,
            len(run.said),
        ]
        sys.stdout.write(f"| {' | '.join(map(str, cells))} |\n")
        for told in sorted(run.said):
            sys.stderr.write(f"    {name}: {told}\n")
    sys.stdout.flush()


def main() -> None:
    """Measure and print."""
    work, names = Path(sys.argv[1]).resolve(), sys.argv[2:]
    prepare(work)
    sys.stdout.write(
        "| API | tool | requests | seconds | defects found | missed | said of the clean server |\n"
    )
    sys.stdout.write("| --- | --- | --- | --- | --- | --- | --- |\n")
    for api in APIS:
        if not names or any(it.lower() in api.name.lower() for it in names):
            judged(api, work)


if __name__ == "__main__":
    main()
