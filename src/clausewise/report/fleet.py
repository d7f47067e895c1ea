"""The page of a fleet: many targets, their families, what changed since the last night, and weeks of it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from clausewise.report import pages
from clausewise.report.charts import Chart, chart

SHOWN = 200  # rows of a list


def html(
    name: str,
    day: str,
    standings: Sequence[Any],
    shared: Sequence[Any],
    nights: Sequence[Mapping[str, Any]],
    *,
    outcomes: Mapping[str, str],
    links: Mapping[str, str],
) -> str:
    """Return the page.

    `standings` are `clausewise.fleet.Standing`s and `shared` what several targets break; `nights` are weeks
    of the whole fleet, as `weeks` makes them. `outcomes` say why targets were not judged, `links` lead
    to reports.
    """
    families = sorted({family for it in standings for family in it.member.families})
    tags = sorted({key for it in standings for key in it.member.tags if key != "vendor"})
    told: Chart = chart(nights)
    return pages.drawn(
        "fleet.html.j2",
        name=name,
        day=day,
        rows=sorted(standings, key=_order),
        families=families,
        tags=tags,
        shared=shared,
        nights=nights,
        told=told,
        outcomes=outcomes,
        links=links,
        shown=SHOWN,
        counts={tone: sum(it.tone == tone for it in standings) for tone in ("green", "amber", "red", "")},
    )


def _order(standing: Any) -> tuple[int, int, str]:
    """Put what somebody has to see to first."""
    tones = {"red": 0, "": 1, "amber": 2, "green": 3}
    return tones[standing.tone], -len(standing.broken), standing.member.name


def weeks(standings: Sequence[Any]) -> list[dict[str, Any]]:
    """Return the whole fleet week by week, in the form of runs, as a trend shows them.

    How many targets were found not conformant, and the share of those judged that always were.
    """
    found = []
    for at in range(max((len(it.weeks) for it in standings), default=0)):
        own = [it.weeks[at] for it in standings]
        judged = [it for it in own if it.runs]
        bad = sum(it.tone == "red" for it in judged)
        share = sum(it.tone == "green" for it in judged) / len(judged) if judged else 0.0
        worst = 1 if bad else 2 if any(it.tone == "amber" for it in judged) else 0
        if judged:
            found.append(
                {
                    "started": own[0].begins,
                    "counts": {"fail": bad},
                    "share": share,
                    "exit": worst,
                    "judged": len(judged),
                }
            )
    return found
