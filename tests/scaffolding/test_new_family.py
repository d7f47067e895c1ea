"""A family that is made of an OpenAPI file: its clauses, what they find, and files that are none."""

import http.server
import json
import shutil
import threading
from pathlib import Path

import pytest
import runs
import yaml
from shop import TOKEN, shop

HERE = Path(__file__).parents[1] / "support" / "newcomers"


@pytest.fixture
def place(tmp_path, monkeypatch):
    """An empty working folder, but for the file and the one that it refers to."""
    for name in ("shop.yaml", "parts.yaml"):
        shutil.copy(HERE / name, tmp_path)
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("SHOP_TOKEN", TOKEN)
    return tmp_path


def new(*words, source="shop.yaml"):
    """Make the family, and return what was said."""
    return runs.inside("family", "new", "shop", "--from", source, *words)


def target(url):
    """Fill in the target file that was written, as its reader would."""
    path = Path("shop/target.toml")
    text = path.read_text().replace('base_url = "https://api.example.com"', f'base_url = "{url}"')
    text = text.replace("rate = 20", "rate = 1000")
    for line in ("[families.shop.credentials.token]", 'type = "bearer"', 'token = { env = "SHOP_TOKEN" }'):
        assert f"# {line}" in text
        text = text.replace(f"# {line}", line)
    path.write_text(text)
    return path


def run(url, *words):
    """Judge a shop; return the results."""
    done = runs.clausewise("run", "--target", target(url), "--run-dir", "r", "--seed", "1", *words)
    assert done.returncode in {0, 1, 2}, done.stdout + done.stderr
    return runs.results(Path("r"))


@pytest.fixture
def made(place):
    """The working folder, in which the family was made."""
    done = new()
    assert done.returncode == 0, done.stderr
    return place


def clauses():
    """Return the family's clauses by id."""
    done = runs.clausewise("clauses", "--family", "shop", "--families", "shop", "--format", "json")
    assert done.returncode == 0, done.stderr
    return {row["id"]: row for row in json.loads(done.stdout)["clauses"]}


@pytest.mark.usefixtures("made")
def test_all_that_the_file_says_is_a_clause_with_its_line():
    """Answers, headers, fields, constraints, examples, schemes and links are documented."""
    rows = clauses()
    lines = {"shop.yaml": Path("shop.yaml").read_text().splitlines()}
    lines["parts.yaml"] = Path("parts.yaml").read_text().splitlines()
    said = {
        "shop.listItems.ok": '"200":',
        "shop.listItems.ok.header:X-Total": "X-Total:",
        "shop.listItems.request.limit": "- { name: limit",
        "shop.listItems.bad-request.error": "properties: { error:",
        "shop.addItem.created.id": "id: {",
        "shop.addItem.created.id.minimum": "id: {",
        "shop.addItem.created.name.maxLength": "name: {",
        "shop.addItem.example:lamp": "lamp: {",
        "shop.addItem.created.link:shown": "shown: {",
        "shop.security.token": "token: {",
        "shop.addItem.security": "security: [",
        "shop.getItem.default": "default: {",
    }
    for name, text in said.items():
        source = rows[name]["sources"][0]
        file = "parts.yaml" if source["section"].startswith("parts.yaml") else "shop.yaml"
        assert rows[name]["standing"] == "documented", name
        there = lines[file][source["line"] - 1].strip()
        assert there.startswith(text) or name.endswith(("default", "bad-request.error")), (name, there)
    assert rows["shop.dropItem.unauthorized"]["standing"] == "inferred"
    assert rows["shop.listItems.repeatable"]["standing"] == "inferred"


@pytest.mark.usefixtures("made")
def test_what_the_file_contradicts_is_told():
    """The example lacks what the schema requires."""
    text = Path("shop/schemas/shop/discrepancies.toml").read_text()

    assert "lacks /price, which the schema requires" in text


@pytest.mark.usefixtures("made")
def test_nothing_is_held_against_a_shop_that_keeps_its_file():
    """No finding, and nearly all of it exercised."""
    with shop() as url:
        results = run(url)

    assert results["findings"] == []
    kept = [row["id"] for row in results["clauses"] if row["verdict"] == "pass"]
    for name in (
        "shop.addItem.created.link:shown",
        "shop.addItem.shown",
        "shop.dropItem.gone",
        "shop.listItems.limit",
    ):
        assert name in kept
    assert not [row for row in results["clauses"] if row["verdict"] == "error"]


BROKEN = {
    "status": "shop.listItems.ok",
    "shape": "shop.addItem.created.price",
    "type": "shop.getItem.ok.id",
    "null": "shop.getItem.ok.name",
    "header": "shop.listItems.ok.header:X-Total",
    "auth": "shop.addItem.security",
    "paging": "shop.listItems.limit",
    "echo": "shop.addItem.shown",
    "order": "shop.listItems.repeatable",
    "encoding": "shop.addItem.json",
}


@pytest.mark.parametrize("bend", BROKEN)
@pytest.mark.usefixtures("made")
def test_a_seeded_defect_is_found(bend):
    """By the clause that says so."""
    with shop(bend) as url:
        operation = BROKEN[bend].split(".")[1]
        results = run(url, "--operation", operation)

    broken = {row["id"] for row in results["clauses"] if row["verdict"] == "fail"}
    assert BROKEN[bend] in broken, broken


def write(text):
    Path("shop.yaml").write_text(text if isinstance(text, str) else yaml.dump(text))


def api(**more):
    """Return a small file with some parts more."""
    path = {"get": {"operationId": "a", "responses": {"200": {"description": "ok"}}}}
    return {"openapi": "3.0.3", "info": {"title": "a", "version": "1"}, "paths": {"/a": path}} | more


def answering(schema, **more):
    """Return a small file whose answer has a schema."""
    told = api(**more)
    told["paths"]["/a"]["get"]["responses"]["200"]["content"] = {"application/json": {"schema": schema}}
    return told


BOMB = "a: &a [x, x, x, x, x, x, x, x, x]\n" + "".join(
    f"{now}: &{now} [{', '.join(['*' + before] * 9)}]\n"
    for before, now in zip("abcdefgh", "bcdefghi", strict=True)
)
BAD = {
    "Swagger 2.0": ({"swagger": "2.0", "info": {}, "paths": {}}, "swagger2openapi"),
    "a later OpenAPI": (api(openapi="4.0.0"), "3.0, 3.1 or 3.2 was expected"),
    "no OpenAPI": ({"a": 1}, "it has no `openapi: 3.x`"),
    "no YAML": ("a: [", "cannot be read"),
    "a bomb": ("openapi: 3.1.0\n" + BOMB, "its aliases make it endless"),
    "nested endlessly": ("[" * 5000, "cannot be read"),
    "no path": (api(paths={}), "nothing to judge"),
    "a network": (answering({"$ref": "http://127.0.0.1:9/a.yaml"}), "--allow-fetch"),
    "a reference to nothing": (answering({"$ref": "#/components/schemas/None"}), "leads nowhere"),
    "a reference to a file that is not there": (answering({"$ref": "none.yaml#/A"}), "cannot be read"),
    "a reference to a file of another kind": (answering({"$ref": "/etc/passwd#/A"}), "a .yaml or .json file"),
    "answers that are none": (
        api(paths={"/a": {"get": {"responses": ["200"]}}}),
        "is no OpenAPI 3.0.3: at paths//a/get",
    ),
}


@pytest.mark.parametrize("case", BAD)
@pytest.mark.usefixtures("place")
def test_a_bad_file_is_told_in_one_sentence(case):
    """And nothing is written."""
    write(BAD[case][0])
    done = new()

    assert done.returncode == 4, done.stdout + done.stderr
    assert BAD[case][1] in done.stderr
    assert done.stderr.count("\n") == 1
    assert not Path("shop").exists()


ODD = {
    "a schema that contains itself": answering(
        {"$ref": "#/components/schemas/A"},
        components={
            "schemas": {"A": {"type": "object", "properties": {"a": {"$ref": "#/components/schemas/A"}}}}
        },
    ),
    "two operations of one name": api(
        paths={
            f"/{it}": {"get": {"operationId": "a", "responses": {"200": {"description": "ok"}}}}
            for it in "ab"
        }
    ),
    "a key with a dot in it": answering(
        {
            "type": "object",
            "properties": {"a.b": {}, "a": {"type": "object", "properties": {"b": {"type": "string"}}}},
        }
    ),
    "a pattern that is none": answering(
        {"type": "object", "properties": {"a": {"type": "string", "pattern": "(["}}}
    ),
    "a parameter that is not in the path": api(
        paths={
            "/a/{b}": {
                "get": {
                    "parameters": [{"name": "c", "in": "path", "required": True, "schema": {}}],
                    "responses": {"200": {"description": "ok"}},
                }
            }
        }
    ),
    "no responses": api(paths={"/a": {"get": {"responses": {}}}}),
    "a name of its own": api(
        paths={"/a": {"get": {"operationId": "secu/rity:1 é", "responses": {"200": {"description": ""}}}}}
    ),
    "3.2": answering({"type": "string"}, openapi="3.2.0"),
}


@pytest.mark.parametrize("case", ODD)
@pytest.mark.usefixtures("place")
def test_an_odd_file_makes_a_family_that_is_whole(case):
    """Whatever else it says."""
    write(ODD[case])
    done = new()
    assert done.returncode == 0, done.stderr

    checked = runs.clausewise("family", "check", "shop")

    assert checked.returncode == 0, checked.stdout + checked.stderr


@pytest.mark.usefixtures("place")
def test_a_network_is_asked_only_where_that_is_allowed():
    """By --allow-fetch."""

    class Parts(http.server.SimpleHTTPRequestHandler):
        def log_message(self, *_):
            """Say nothing."""

    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), Parts) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        address = f"http://127.0.0.1:{server.server_port}/parts.yaml#/NewItem"
        write(answering({"$ref": address}))
        done = new("--allow-fetch")
        server.shutdown()

    assert done.returncode == 0, done.stderr
    assert "shop.a.ok.colour.enum" in clauses()


@pytest.mark.usefixtures("place")
def test_five_megabytes_are_done():
    """With schemas that all contain each other."""
    named = {
        f"Model{number}": {
            "type": "object",
            "description": "A model " * 60,
            "properties": {
                f"field{at}": {"type": "string", "description": f"Field {at} of {number}. " * 12}
                for at in range(10)
            }
            | {"next": {"$ref": f"#/components/schemas/Model{(number + 1) % 1300}"}},
        }
        for number in range(1300)
    }
    text = json.dumps(
        answering({"$ref": "#/components/schemas/Model0"}, components={"schemas": named}), indent=1
    )
    text = text.replace('"/a"', '"/a"', 1)
    assert len(text) > 1_000_000
    Path("shop.yaml").write_text(text + " " * (5_000_000 - len(text)))

    assert new().returncode == 0


@pytest.mark.usefixtures("made")
def test_a_new_version_tells_what_it_changes():
    """Clauses that were added, changed and removed."""
    shutil.move("shop", "old")
    text = Path("shop.yaml").read_text().replace("operationId: dropItem", "operationId: removeItem")
    write(text.replace("minimum: 1, description", "minimum: 2, description"))
    assert new().returncode == 0

    done = runs.inside("family", "check", "shop", "--against", "old", "--format", "json")

    told = json.loads(done.stdout)
    assert done.returncode == 1
    assert "shop.removeItem.no-content" in told["added"]
    assert "shop.dropItem.no-content" in told["removed"]
    changed = {it["id"]: it["changes"] for it in told["changed"]}
    assert changed["shop.getItem.ok.id.minimum"] == [
        "statement: /id is 1 or more. -> /id is 2 or more.",
        "rule: 1 -> 2",
    ]
    assert "shop.getItem.ok.name" not in changed


def test_documents_of_one_family_are_told_apart():
    """Of those that ship, too."""
    done = runs.inside("family", "check", "cdp-2023", "--against", "cdp-drap-1.0.1", "--format", "json")

    told = json.loads(done.stdout)
    assert "cdp.validateCustomer.blocked" in told["removed"]
    assert any(name.startswith("cdp.amlClosureNotice.notice") for name in told["added"])


@pytest.mark.usefixtures("made")
def test_a_clause_without_a_test_is_told():
    """By its id."""
    assert runs.clausewise("family", "check", "shop").returncode == 0
    path = Path("shop/schemas/shop/clauses.toml")
    own = 'id = "shop.own.rule"\nkind = "rule"\nstanding = "documented"\nstatement = "So it is."\n'
    source = 'sources = [{ document = "shop-1.2", section = "Ours" }]\n'
    path.write_text(f"{path.read_text()}\n[[clause]]\n{own}{source}")

    done = runs.clausewise("family", "check", "shop")

    assert done.returncode == 1
    assert "shop.own.rule has no test" in done.stdout


@pytest.mark.usefixtures("made")
@pytest.mark.parametrize(
    ("words", "least"), [(("-n", "2"), 110), (("--plan", "safe"), 16), (("--plan", "smoke"), 90)]
)
def test_each_way_to_run_leaves_a_lawful_server_alone(words, least):
    """Several processes, and plans that ask for less, hold nothing against it either, and judge something."""
    with shop() as url:
        results = run(url, *words)
    assert results["findings"] == []
    assert sum(row["verdict"] == "pass" for row in results["clauses"]) >= least
