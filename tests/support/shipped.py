"""The families as they ship."""

from clausewise import catalogue, contracts, package_data

FAMILIES = ("account-service", "cdp", "int-ecm", "ofs-ecm")
BODIES = sorted(
    path for name in FAMILIES for path in (package_data.SCHEMAS / name / "bodies").glob("*.schema.json")
)
COUNTS = [("cdp", 4), ("ofs-ecm", 18), ("int-ecm", 3), ("account-service", 18)]


def book_of(family):
    """Return a family's whole catalogue, whichever document a target may claim."""
    folder = package_data.SCHEMAS / family
    return catalogue.load(folder, family, contracts.every_clause(folder / "openapi.yaml"))
