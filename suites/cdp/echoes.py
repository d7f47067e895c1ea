"""What one answer must give again of what was sent or said before."""

from datetime import datetime, timedelta

from clausewise import holds

_NAMES_AN_ITEM = ("id_number", "address_type_id", "social_links_id")
_UNSET = {None, "", " ", "0", 0}


def echoes(sent, got, where=""):
    """Return one expectation per value of `sent`: it stands at the same place of `got`.

    Items of a list are found by their number or type, whatever their order, and there are no more of them.
    A number equals its text, a date any time of that day, and all ways to say "unset" are the same
    (CDP-19, CDP-24, CDP-42).
    """
    if isinstance(sent, dict):
        inside = got if isinstance(got, dict) else {}
        return [hit for name in sent for hit in echoes(sent[name], inside.get(name), f"{where}/{name}")]
    if isinstance(sent, list):
        many = len(got) if isinstance(got, list) else 0
        more = holds(many <= len(sent), expected=f"{len(sent)} entries", actual=many, where=where)
        hits = [hit for i, item in enumerate(sent) for hit in echoes(item, _twin(item, got), f"{where}/{i}")]
        return [more, *hits]
    return [holds(same(sent, got), expected=f"{sent!r}, as told before", actual=got, where=where)]


def same(one, other):
    """Tell whether two values say the same."""
    if any(isinstance(value, bool | dict | list) for value in (one, other)):
        return one == other and type(one) is type(other)
    if one in _UNSET and other in _UNSET:
        return True
    return str(other) == str(one) or (bool(one) and str(other).startswith(f"{one}T"))


def entries(answer, where):
    """Return the entries of a list in an answer; what is no object, or no list, is told by the schema."""
    held = answer.at(where)
    return [item if isinstance(item, dict) else {} for item in held] if isinstance(held, list) else []


def near(told, started):
    """Tell whether a time that an answer tells is that of the call, give or take an hour."""
    try:
        return abs(datetime.fromisoformat(told) - datetime.fromisoformat(started)) < timedelta(hours=1)
    except (TypeError, ValueError):
        return False


def _twin(item, candidates):
    names = [name for name in _NAMES_AN_ITEM if name in item]
    rows = [row for row in candidates or [] if isinstance(row, dict)] if isinstance(candidates, list) else []
    fitting = [row for row in rows if all(same(item[name], row.get(name)) for name in names)]
    return max(fitting, key=lambda row: _alike(item, row), default=None)  # of several that a mask leaves


def _alike(item, row):
    return sum(same(value, row.get(name)) for name, value in item.items())
