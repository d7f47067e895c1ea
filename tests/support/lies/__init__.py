"""Every kind of lie that a pack can hold: what tells it, and what `verify` says of it."""

from lies.coherent import COHERENT
from lies.journal import JOURNAL, RUN
from lies.results import ATTESTED, PAGES, RESULTS, beside, in_results, on_page, packed, two_streams
from lies.signature import PACK, UNSIGNED

LIES = {
    **{f"results: {name}": (in_results(how), says) for name, (how, says) in RESULTS.items()},
    **{f"page: {name}": (on_page(name, *how), f"{name} says something else") for name, how in PAGES.items()},
    "page: the exchanges in report.html": (packed, "report.html says something else"),
    "page: a note beside junit.xml": (beside, "junit.xml says something else"),
    "page: a second stream in report.html": (two_streams, "report.html says something else"),
    **{f"attestation: {name}": lie for name, lie in ATTESTED.items()},
    **{f"run: {name}": lie for name, lie in RUN.items()},
    **{f"journal: {name}": lie for name, lie in JOURNAL.items()},
    **{f"journal: {name}": lie for name, lie in COHERENT.items()},
    **{f"pack: {name}": lie for name, lie in PACK.items()},
    **{f"signature: {name}": lie for name, lie in UNSIGNED.items()},
}
