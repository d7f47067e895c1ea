"""OpenAPI Overlays: applied as the specification says, and never against what a document says."""

import pytest
import yaml
from overlaying import API, LOGIN, load_images

from clausewise import contracts, package_data
from clausewise.errors import ConfigurationError
from clausewise.model import Standing

pytestmark = pytest.mark.quick


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


ANSWER = {
    "content": {"application/json": {"schema": {"type": "object", "properties": {"jwt": {"type": "string"}}}}}
}


@pytest.mark.parametrize("standing", ["assumed", "agreed"])
def test_what_an_overlay_adds_has_its_standing_and_cites_it(write, standing):
    """New fields are clauses of the overlay; what the document says keeps its own standing and source."""
    plain = load_images()
    file = write({"target": f"{LOGIN}.post.responses", "update": {"200": ANSWER}}, **{"x-standing": standing})

    filled = load_images(file)

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

    login = load_images(file).operations["login"]

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
        load_images(write(action))


def test_overlays_are_laid_one_over_the_other(write):
    """A second overlay sees what the first added, and adds clauses of its own standing."""
    assumed = package_data.SCHEMAS / "int-ecm" / contracts.ASSUMED
    path = f"{LOGIN}.post.responses['200'].content['application/json'].schema.properties"
    own = write({"target": path, "update": {"scope": {"type": "string"}}}, **{"x-standing": "agreed"})

    standings = {clause.id: clause.standing for clause in load_images(assumed, own).clauses}

    assert standings["int-ecm.login.token.access_token"] is Standing.ASSUMED
    assert standings["int-ecm.login.token.scope"] is Standing.AGREED


ACCOUNTS = package_data.SCHEMAS / "account-service" / "openapi.yaml"
OPENING = "$.paths['/accountService/v1/create-current-account']"


def _effects(write, *actions):
    return contracts.load(ACCOUNTS, "account-service", overlays=[write(*actions)]).operations


@pytest.mark.parametrize(
    "actions",
    [
        [{"target": f"{OPENING}.post", "update": {"x-effect": "reads"}}],
        [{"target": f"{OPENING}.post", "remove": True}, {"target": OPENING, "update": {"get": {}}}],
        [
            {"target": f"{OPENING}.post", "remove": True},
            {"target": OPENING, "update": {"get": {"x-effect": "reads"}}},
        ],
    ],
)
def test_what_a_document_says_writes_goes_on_to_write(write, actions):
    """Neither another method nor a word of the overlay makes a call harmless."""
    assert _effects(write, *actions)["create-current-account"].writes


def test_an_overlay_may_say_that_a_reading_writes(write):
    """The effect can be raised."""
    reading = "$.paths['/accountService/v1/get-account-list'].post"

    assert not contracts.load(ACCOUNTS, "account-service").operations["get-account-list"].writes
    assert _effects(write, {"target": reading, "update": {"x-effect": "writes"}})["get-account-list"].writes


@pytest.mark.parametrize(
    ("update", "says"),
    [
        (
            {"get": {"operationId": "create-current-account", "x-effect": "reads"}},
            "second operation",
        ),
        ({"post": {"x-paths": [{"path": "/elsewhere"}]}}, "changes what the document says .* at x-paths"),
    ],
)
def test_no_operation_gets_a_second_place(write, update, says):
    """A name cannot be made to mean another method or path, of another effect."""
    with pytest.raises(ConfigurationError, match=says):
        _effects(write, {"target": OPENING, "update": update})
