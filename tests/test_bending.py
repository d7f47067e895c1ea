"""What bends the reference: freedoms that it takes together, and one defect on top of them."""

from clausewise.reference.bending import Answer, Bends

TOLD = Answer("op.done", 200, {"a": 1, "b": 2})


def test_freedoms_add_up_and_the_defect_comes_last():
    """Every freedom is taken, and none undoes what the defect does."""
    bends = Bends(
        {"answer": "op.done", "bend": [{"set": "/a", "to": "defect"}]},
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
    bends = Bends(None, [{"switch": "free"}])
    bends.switch({"switch": "broken"})
    assert bends.on("free")
    assert bends.on("broken")

    bends.switch(None)
    assert bends.on("free")
    assert not bends.on("broken")


def test_a_freedom_of_one_family_leaves_the_others_alone():
    """All families are served by one process, and `*` means the answers of one of them."""
    bends = Bends(None, [{"family": "mine", "answer": "*", "bend": [{"status": 201}]}])

    assert bends.wire(TOLD, family="mine").status == 201
    assert bends.wire(TOLD, family="other").status == 200
