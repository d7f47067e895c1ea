"""OpenAPI Overlays: applied as the specification says, and never against what a document says."""

import pytest
import yaml

from clausewise import contracts, shipped
from clausewise.contracts import overlays
from clausewise.errors import ConfigurationError
from clausewise.model import Standing

IMAGES = shipped.SCHEMAS / "int-ecm" / "openapi.yaml"
LOGIN = "$.paths['/int-ecm-service/v1/login']"
API = {
    "info": {"title": "An API"},
    "paths": {
        "/items": {
            "get": {"tags": ["a", "dummy"], "x-oai-traits": ["paged"], "responses": {"200": {"x": 1}}}
        },
        "/some-items": {"delete": {"responses": {"200": {"y": 2}}}},
        "/filtered": {
            "get": {"parameters": [{"name": "filter", "in": "query"}, {"name": "dummy", "in": "query"}]}
        },
    },
}


@pytest.fixture
def write(tmp_path):
    """Write an overlay of some actions and return its path."""

    def written(*actions, **more):
        path = tmp_path / "mine.overlay.yaml"
        told = {
            "overlay": "1.1.0",
            "info": {"title": "Mine", "version": "1"},
            "actions": list(actions),
        } | more
        path.write_text(yaml.safe_dump(told))
        return path

    return written


@pytest.fixture
def apply(write):
    """Apply actions to the API and return what comes out."""
    return lambda *actions: overlays.read(write(*actions)).apply(API)


def test_a_structured_update_merges_into_the_whole(apply):
    """What only the target has stays, what only the update has comes in, objects merge."""
    done = apply(
        {"target": "$", "update": {"info": {"x-done": True}, "paths": {"/items": {"summary": "All"}}}}
    )

    assert done["info"] == {"title": "An API", "x-done": True}
    assert done["paths"]["/items"]["summary"] == "All"
    assert done["paths"]["/items"]["get"] == API["paths"]["/items"]["get"]


def test_a_targeted_update_replaces_a_plain_value(apply):
    """A primitive node takes a primitive value, false and null among them."""
    assert apply({"target": "$.info.title", "update": "Another"})["info"]["title"] == "Another"
    assert apply({"target": "$.info.title", "update": False})["info"]["title"] is False


def test_a_wildcard_updates_every_node_it_selects(apply):
    """One action changes all nodes that the JSONPath selects, filters included."""
    done = apply(
        {"target": "$.paths.*.get", "update": {"x-safe": True}},
        {"target": "$.paths.*.get.parameters[?@.name=='filter' && @.in=='query']", "update": {"schema": {}}},
    )

    assert done["paths"]["/items"]["get"]["x-safe"]
    assert done["paths"]["/filtered"]["get"]["x-safe"]
    assert done["paths"]["/filtered"]["get"]["parameters"][0]["schema"] == {}
    assert "schema" not in done["paths"]["/filtered"]["get"]["parameters"][1]


@pytest.mark.parametrize("news", [{"name": "top"}, [{"name": "top"}]])
def test_an_array_is_appended_to(apply, news):
    """An object is appended to a selected array, an array is concatenated with it."""
    done = apply({"target": "$.paths.*.get.parameters", "update": news})

    assert [it["name"] for it in done["paths"]["/filtered"]["get"]["parameters"]] == [
        "filter",
        "dummy",
        "top",
    ]


def test_arrays_in_a_merge_are_concatenated(apply):
    """Inside an object that is merged, an array joins the array that is there."""
    done = apply({"target": "$.paths['/items'].get", "update": {"tags": ["b"]}})

    assert done["paths"]["/items"]["get"]["tags"] == ["a", "dummy", "b"]


def test_remove_takes_objects_and_plain_values_out(apply):
    """Each selected node goes, several of one array too, whatever their order."""
    done = apply(
        {"target": "$.paths.*.get.parameters[*]", "remove": True},
        {"target": "$.paths.*.get.tags[?@ == 'dummy']", "remove": True},
        {"target": "$.paths['/some-items']", "remove": True},
    )

    assert done["paths"]["/filtered"]["get"]["parameters"] == []
    assert done["paths"]["/items"]["get"]["tags"] == ["a"]
    assert "/some-items" not in done["paths"]


def test_traits_say_where_an_update_goes(apply):
    """A filter over an extension selects the path items that carry it."""
    target = "$.paths[?(@.get['x-oai-traits'][?(@ == 'paged')])].get"
    done = apply({"target": target, "update": {"parameters": [{"name": "top"}]}})

    assert done["paths"]["/items"]["get"]["parameters"] == [{"name": "top"}]
    assert len(done["paths"]["/filtered"]["get"]["parameters"]) == 2


def test_copy_merges_and_can_move(apply):
    """A copy merges like an update; with an update before and a removal behind it renames a path."""
    copied = apply({"target": "$.paths['/some-items']", "copy": "$.paths['/items']"})
    assert set(copied["paths"]["/some-items"]) == {"get", "delete"}

    moved = apply(
        {"target": "$.paths", "update": {"/new-items": {}}},
        {"target": "$.paths['/new-items']", "copy": "$.paths['/items']"},
        {"target": "$.paths['/items']", "remove": True},
    )
    assert moved["paths"]["/new-items"] == API["paths"]["/items"]
    assert "/items" not in moved["paths"]


def test_what_is_given_stays_as_it_is(apply):
    """Applying an overlay leaves the document that it was given alone."""
    before = yaml.safe_dump(API)

    apply({"target": "$.paths.*", "remove": True})

    assert yaml.safe_dump(API) == before


@pytest.mark.parametrize(
    ("action", "says"),
    [
        (
            {"target": "$.paths['/nowhere'].get", "update": {}},
            r"selects nothing; \$\.paths has /items, /some-items",
        ),
        ({"target": "$.paths[", "remove": True}, "no JSONPath of RFC 9535"),
        ({"target": "$.paths.*", "copy": "$.paths.*"}, "selects 3 nodes, but must select one"),
        ({"target": "$.info", "update": "text"}, "selects an object, but its value is a plain value"),
        ({"target": "$.info.title", "update": {"a": 1}}, "selects a plain value, but its value is an object"),
        (
            {"target": "$.info", "update": {"title": ["a"]}},
            "meets a plain value at /title, but brings an array",
        ),
        ({"target": "$..['x', 'tags']", "update": 1}, "must select nodes of one kind"),
        ({"target": "$", "remove": True}, "would remove the whole document"),
    ],
)
def test_an_action_that_cannot_be_done_is_one_sentence(apply, action, says):
    """The sentence names the file, the action and its target, and what is there instead."""
    with pytest.raises(ConfigurationError, match=says) as told:
        apply(action)

    assert "mine.overlay.yaml: action 1 (target $" in str(told.value)
    assert "\n" not in str(told.value)


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("overlay: 1.0.0\ninfo: {title: a, version: '1'}\n", "'actions' is a required property"),
        (
            "overlay: 2.0.0\ninfo: {title: a, version: '1'}\nactions: [{target: $}]\n",
            "/overlay, '2.0.0' does not match",
        ),
        ("overlay: 1.0.0\ninfo: {title: a}\nactions: [{target: $}]\n", "'version' is a required property"),
        ("overlay: 1.0.0\ninfo: {title: a, version: '1'}\nactions: []\n", "/actions, .* non-empty"),
        (
            "overlay: 1.0.0\ninfo: {title: a, version: '1'}\nactions: [{update: 1}]\n",
            "'target' is a required",
        ),
        ("overlay: 1.0.0\ninfo: {title: a, version: '1'}\nactions: [{target: paths}]\n", "does not match"),
        (
            "overlay: 1.0.0\ninfo: {title: a, version: '1'}\nactions: [{target: $, remove: 1}]\n",
            "not of type 'boolean'",
        ),
        (
            "overlay: 1.0.0\ninfo: {title: a, version: '1'}\nactions: [{target: $}]\nx-standing: sure\n",
            "not one of",
        ),
        ("overlay: 1.0.0\ninfo: {title: a, version: '1'}\nactions: [{target: $}]\nmore: 1\n", "more"),
        ("- a list\n", "is not of type 'object'"),
        ("overlay: [\n", "cannot be read"),
    ],
)
def test_a_file_that_is_no_overlay_is_one_sentence(tmp_path, text, says):
    """What the specification's schema refuses is refused, with the place and what was expected."""
    path = tmp_path / "mine.overlay.yaml"
    path.write_text(text)

    with pytest.raises(ConfigurationError, match=says) as told:
        overlays.read(path)

    assert "mine.overlay.yaml" in str(told.value)
    assert "\n" not in str(told.value)


def _load(*files):
    return contracts.load(IMAGES, "int-ecm", overlays=files)


ANSWER = {
    "content": {"application/json": {"schema": {"type": "object", "properties": {"jwt": {"type": "string"}}}}}
}


@pytest.mark.parametrize("standing", ["assumed", "agreed"])
def test_what_an_overlay_adds_has_its_standing_and_cites_it(write, standing):
    """New fields are clauses of the overlay; what the document says keeps its own standing and source."""
    plain = _load()
    file = write({"target": f"{LOGIN}.post.responses", "update": {"200": ANSWER}}, **{"x-standing": standing})

    filled = _load(file)

    added = {clause.id: clause for clause in filled.clauses} | {}
    for clause in plain.clauses:
        assert added.pop(clause.id) == clause
    assert set(added) == {"int-ecm.login.token.body", "int-ecm.login.token.jwt"}
    assert {clause.standing for clause in added.values()} == {Standing(standing)}
    assert {str(clause.sources[0]) for clause in added.values()} == {"mine.overlay.yaml, Mine"}


def test_an_operation_moves_to_the_method_that_an_overlay_gives(write):
    """Removed under one method and written under another, it takes all that is documented along."""
    file = write(
        {"target": f"{LOGIN}.post", "remove": True},
        {
            "target": LOGIN,
            "update": {"put": {"parameters": [{"name": "user", "in": "query", "example": "a"}]}},
        },
    )

    login = _load(file).operations["login"]

    assert login.method == "PUT"
    assert [known.name for known in login.outcomes][:2] == ["token", "validation-error"]
    assert login.sample.parameters[0].name == "user"


@pytest.mark.parametrize(
    ("action", "says"),
    [
        ({"target": f"{LOGIN}.post", "remove": True}, "takes away login"),
        ({"target": LOGIN, "remove": True}, "takes away login"),
        (
            {"target": f"{LOGIN}.post.responses['400']", "remove": True},
            "changes what the document says of login",
        ),
        (
            {"target": f"{LOGIN}.post.responses['400']..anyOf[0]", "update": {"x-code": "ESB.0"}},
            "changes what the document says of login at 400/application/json",
        ),
        ({"target": f"{LOGIN}.post", "update": {"operationId": "enter"}}, "changes what the document says"),
        (
            {"target": f"{LOGIN}.post.responses", "update": {"302": ANSWER}},
            "302 .* which no documented answer covers",
        ),
        (
            {"target": f"{LOGIN}.post", "update": {"requestBody": {"$ref": "#/components/nothing"}}},
            "cannot be read: .*components/nothing",
        ),
    ],
)
def test_an_overlay_overrules_nothing(write, action, says):
    """What a document says stays; an overlay that takes or changes it is refused by name."""
    with pytest.raises(ConfigurationError, match=says):
        _load(write(action))


def test_overlays_are_laid_one_over_the_other(write):
    """A second overlay sees what the first added, and adds clauses of its own standing."""
    assumed = shipped.SCHEMAS / "int-ecm" / contracts.ASSUMED
    path = f"{LOGIN}.post.responses['200'].content['application/json'].schema.properties"
    own = write({"target": path, "update": {"scope": {"type": "string"}}}, **{"x-standing": "agreed"})

    standings = {clause.id: clause.standing for clause in _load(assumed, own).clauses}

    assert standings["int-ecm.login.token.access_token"] is Standing.ASSUMED
    assert standings["int-ecm.login.token.scope"] is Standing.AGREED
