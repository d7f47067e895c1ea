"""A run is one row: its verdicts and figures are packed, and the names of clauses are kept once."""

from alembic import op
from sqlalchemy import Column, LargeBinary, String, bindparam, column, insert, select, table, update

from clausewise.history import packing
from clausewise.history.migrations.versions import version_2

revision = "3"
down_revision = "2"

_RUNS = table("clausewise_runs", *map(column, ("id", "clauses", "verdicts", "operations", "figures")))
_NAMES = table("clausewise_names", column("digest"), column("packed"))
_VERDICTS = table("clausewise_verdicts", *map(column, ("run", "clause", "verdict")))
_OPERATIONS = table(
    "clausewise_operations", *map(column, ("run", "family", "operation", "exchanges", "p50", "p95", "max"))
)
_AT_ONCE = 200  # runs


def upgrade() -> None:
    """Pack what every run holds, and let the rows go."""
    made = op.get_bind()
    if made.dialect.name == "postgresql":  # an older client that is at it comes to its end first
        op.execute(
            "LOCK TABLE clausewise_verdicts, clausewise_operations, clausewise_runs IN ACCESS EXCLUSIVE MODE"
        )
    version_2.upgrade()
    op.create_table(
        "clausewise_names",
        Column("digest", String(64), primary_key=True),
        Column("packed", LargeBinary, nullable=False),
    )
    for name, kind in (
        ("clauses", String(64)),
        ("verdicts", LargeBinary()),
        ("operations", String(64)),
        ("figures", LargeBinary()),
    ):
        op.add_column("clausewise_runs", Column(name, kind))
    _pack()
    op.drop_table("clausewise_operations")
    op.drop_table("clausewise_verdicts")
    with op.batch_alter_table(
        "clausewise_runs"
    ) as runs:  # and an older client cannot write a run without them
        for name in ("clauses", "verdicts", "operations", "figures"):
            runs.alter_column(name, nullable=False)


def _pack() -> None:
    made, known = op.get_bind(), set[str]()
    ids = list(made.scalars(select(_RUNS.c.id)))
    names = ("clauses", "verdicts", "operations", "figures")
    change = (
        update(_RUNS)
        .where(_RUNS.c.id == bindparam("run"))
        .values({name: bindparam(f"own_{name}") for name in names})
    )
    for at in range(0, len(ids), _AT_ONCE):
        packed = []
        for run in ids[at : at + _AT_ONCE]:
            told = made.execute(select(_VERDICTS.c.clause, _VERDICTS.c.verdict).where(_VERDICTS.c.run == run))
            clauses, verdicts = packing.verdicts({row[0]: row[1] for row in told})
            of = _OPERATIONS.c
            rows = made.execute(
                select(of.family, of.operation, of.exchanges, of.p50, of.p95, of.max).where(of.run == run)
            )
            operations, figures = packing.figures({(row[0], row[1]): tuple(row[2:]) for row in rows})
            digests = []
            for some in (clauses, operations):
                digest, whole = packing.names(some)
                if digest not in known:
                    made.execute(insert(_NAMES).values(digest=digest, packed=packing.pack(whole)))
                    known.add(digest)
                digests.append(digest)
            own = (digests[0], verdicts, digests[1], figures)
            packed.append({"run": run} | {f"own_{name}": it for name, it in zip(names, own, strict=True)})
        made.execute(change, packed)
