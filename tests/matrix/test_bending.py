"""What bends the reference: freedoms that it takes together, and one defect on top of them."""

import json

import pytest

from clausewise.reference.fault_injection import Answer, Faults

pytestmark = pytest.mark.quick

TOLD = Answer("op.done", 200, {"a": 1, "b": 2})


def test_freedoms_add_up_and_the_defect_comes_last():
    """Every freedom is taken, and none undoes what the defect does."""
    bends = Faults(
        [{"answer": "op.done", "bend": [{"set": "/a", "to": "defect"}]}],
        [
            {"answer": "*", "bend": [{"set": "/a", "to": "free"}, {"status": 201}]},
            {"switch": "free-indeed"},
        ],
    )
    wire = bends.wire(TOLD)

    assert (wire.status, wire.content) == (201, b'{"a": "defect", "b": 2}')
    assert bends.on("free-indeed")


def test_a_defect_is_switched_without_touching_the_freedoms():
    """The matrix switches defect after defect on one bank."""
    bends = Faults((), [{"switch": "free"}])
    bends.switch([{"switch": "broken"}, {"switch": "wrong"}])
    assert bends.on("free")
    assert bends.on("broken")
    assert bends.on("wrong")

    bends.switch([])
    assert bends.on("free")
    assert not bends.on("broken")


def test_a_freedom_of_one_family_leaves_the_others_alone():
    """All families are served by one process, and `*` means the answers of one of them."""
    bends = Faults((), [{"family": "mine", "answer": "*", "bend": [{"status": 201}]}])

    assert bends.wire(TOLD, family="mine").status == 201
    assert bends.wire(TOLD, family="other").status == 200


@pytest.mark.parametrize(
    ("step", "body"),
    [
        ({"day_first": "/on"}, {"on": "31/12/2031 10:30:00", "items": [{"last_name": 7}]}),
        ({"as_text": "/items/*/last_name"}, {"on": "2031-12-31 10:30:00", "items": [{"last_name": "7"}]}),
        ({"unlist": "/items"}, {"on": "2031-12-31 10:30:00", "items": {"last_name": 7}}),
        ({"nest": "data"}, {"data": {"on": "2031-12-31 10:30:00", "items": [{"last_name": 7}]}}),
        ({"enlist": True}, [{"on": "2031-12-31 10:30:00", "items": [{"last_name": 7}]}]),
        ({"respell": True}, {"ON": "2031-12-31 10:30:00", "ITEMS": [{"lastName": 7}]}),
    ],
)
def test_a_step_writes_what_no_sample_shows(step, body):
    """Dates, numbers, lists and names may each be written as another house writes them."""
    told = Answer("op.done", 200, {"on": "2031-12-31 10:30:00", "items": [{"last_name": 7}]})

    wire = Faults([{"answer": "op.done", "bend": [step]}]).wire(told)

    assert json.loads(wire.content) == body


def test_one_value_of_a_field_is_refused():
    """A service that takes one value of a flag need not take the other."""
    bends = Faults([{"refuse": "op", "pointer": "/*/flag", "value": "N"}])

    assert bends.refuses("op", [{"flag": "Y"}, {"flag": "N"}]) == "flag"
    assert not bends.refuses("op", [{"flag": "Y"}])


def test_a_busy_gateway_puts_off_each_so_many_th_call_of_its_family():
    """The others are acted on, and so are all of another family."""
    bends = Faults((), [{"busy_every": 3, "family": "cdp"}])

    assert [bends.busy("cdp") for _ in range(6)] == [False, False, True] * 2
    assert not any(bends.busy("int-ecm") for _ in range(6))
