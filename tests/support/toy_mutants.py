"""The mutants of the toy family, of answers of its reference."""

from exchanges import TOY

from clausewise import mutants, package_data
from clausewise.reference.fault_injection import Answer

SURVIVORS = package_data.SCHEMAS / "survivors.schema.json"
WIDGET = {"name": "Cog", "weight": 7.5, "parts": [{"id": "a", "note": "x"}, {"id": "b", "note": "y"}]}
GIVEN = [
    Answer("getWidget.widget", 200, WIDGET),
    Answer("getWidget.unknown", 200, {"errorCode": 45001, "message": "No such widget"}),
    Answer("getWidget.unauthorized", 401, {"status": 401}),
]
MADE = {it.id: it for it in mutants.of(TOY, GIVEN)}
