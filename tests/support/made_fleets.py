"""Fleets of made-up targets, and a history of made-up nights of theirs."""

import shutil
from datetime import UTC, datetime, timedelta

import runs
import tomlkit
from sqlalchemy import insert

from clausewise import families, scope
from clausewise.history import History, packing, schema

NOON = datetime(2031, 3, 10, 12, tzinfo=UTC)  # a Monday


def target(folder, name, url="https://bank.example.com/api", family="account-service"):
    """Write a target file of one family of the reference's, of that name and at that address."""
    told = tomlkit.parse(runs.REFERENCE.read_text())
    for other in set(told["families"]) - {family}:
        del told["families"][other]
    told["name"], told["families"][family]["base_url"] = name, url
    shutil.copytree(runs.REFERENCE.parent / "reference.d", folder / "reference.d", dirs_exist_ok=True)
    path = folder / f"{name}.toml"
    path.write_text(tomlkit.dumps(told))
    return path


def written(folder, text, *names):
    """Write a fleet file, and target files of some names beside it."""
    for name in names:
        target(folder, name)
    (folder / "fleet.toml").write_text(f'version = 1\nname = "vendors"\n{text}')
    return folder / "fleet.toml"


def many(folder, targets, nights, clauses, last=NOON):
    """Write a fleet of so many targets, and a history of so many nights with so many verdicts each."""
    names = [f"bank-{at:03}" for at in range(targets)]
    first = folder / f"{names[0]}.toml"
    target(folder, names[0])
    for name in names[1:]:
        (folder / f"{name}.toml").write_text(first.read_text().replace(names[0], name))
    tables = [
        f'[[targets]]\nfiles = ["{name}.toml"]\ntags = {{ vendor = "v{at // 4}", stage = "uat" }}\n'
        for at, name in enumerate(names)
    ]
    file = written(folder, "".join(tables))
    book = scope.book(families.known()["account-service"])
    ids = sorted(it.id for it in book.clauses.values() if it.standing.firm)[:clauses]
    guess = next(it.id for it in book.clauses.values() if not it.standing.firm)
    with History.at(str(folder / "fleet.db")) as held:
        kept = {"clauses": held._kept(sorted([*ids, guess]))}
        kept["operations"] = held._kept([["account-service", f"op{op}"] for op in range(4)])
        for back in range(nights):
            rows = []
            for at, name in enumerate(names):
                run, bad = f"{back:03}-{name}", back < 5 and at % 10 == 0
                fails = {ids[at % 3]} if bad else set()
                counts = {"pass": clauses - len(fails), "fail": len(fails)}
                verdicts = dict.fromkeys(ids, "pass") | dict.fromkeys([*fails, guess], "fail")
                slow = 300.0 if (back, at) == (0, 1) else 20.0
                figures = {("account-service", f"op{op}"): (9, 10.0, slow, slow) for op in range(4)}
                rows.append(
                    {
                        "id": run,
                        "started": (last - timedelta(days=back)).isoformat(timespec="milliseconds"),
                        "target": name,
                        "environment": "test",
                        "documents": {"account-service": "x"},
                        "suite": "1",
                        "plan": "gate",
                        "exit": int(bool(fails)),
                        "word": "not conformant" if fails else "conformant",
                        "counts": counts,
                        "share": 1.0,
                        "seconds": 9.0,
                        "exchanges": 700,
                        "labels": {"fleet": "vendors"},
                        "causes": len(fails),
                    }
                    | kept
                    | {"verdicts": packing.verdicts(verdicts)[1], "figures": packing.figures(figures)[1]}
                )
            with held.engine.begin() as made:
                made.execute(insert(schema.RUNS), rows)
    return file, ids, guess
