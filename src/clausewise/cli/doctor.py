"""`clausewise init` and `doctor`: write a target file, and say what is missing, wrong or dead in one."""

from __future__ import annotations

from argparse import Namespace
from collections.abc import Iterator, Sequence
from pathlib import Path
from statistics import mean

from rich.text import Text

from clausewise import doctor, files, forecast, package_data, scope
from clausewise.cli import screen
from clausewise.cli.families import named
from clausewise.errors import ConfigurationError
from clausewise.plans import OFFERED, PLANS
from clausewise.plugin import collection, consent
from clausewise.plugin.startup import check_owner, claimed, embedded
from clausewise.scope import Scope
from clausewise.untrusted import visible
from clausewise.verdict import Exit


def run(options: Namespace) -> int:
    """Examine a target, and show one line for each thing; the worst of them is the exit code."""
    target = claimed(Path(options.target), options.document, options.allow_file)
    check_owner(target, options.i_own_this_target)
    consent.see(target, always=True)
    console = screen.console(soft_wrap=True)
    worst, times = Exit.CONFORMANT, list[float]()
    with embedded(target) as reached:
        for diagnosis in doctor.examine(known := scope.of(reached), times):
            mark, style, code = _STATES[diagnosis.state]
            console.print(Text(visible(f"{mark} {diagnosis.what}"), style=style))
            for line in diagnosis.advice.splitlines():
                console.print(Text(visible(f"    {line}")))
            worst = max(worst, code, key=_STATE_ORDER.index)
    for line in _forecasts(known, times) if times and worst == Exit.CONFORMANT else ():
        console.print(Text(visible(f"ok      {line}"), style="green"))
    return worst


def _forecasts(scope: Scope, times: Sequence[float]) -> Iterator[str]:
    """Yield how long each plan will take, by what the answers to the doctor took."""
    pace = forecast.Pace(mean(times), scope.target.limits.rate)
    homes = list(scope.homes.values())
    for name, plan in PLANS.items():
        may = plan.only_reads or scope.target.environment != "production"
        if may and name in OFFERED and all(forecast.counted(home.folder, name) for home in homes):
            sent = forecast.requests(homes, name, collection.tests(scope, {"plan": name}))
            many, each = (
                sum(sent.values()),
                ", ".join(f"{family} {count:.0f}" for family, count in sent.items()),
            )
            yield f"plan {name}: about {many:.0f} requests ({each}), {forecast.sentence(many, pace)}"


_STATES = {
    "ok": ("ok     ", "green", Exit.CONFORMANT),
    "missing": ("missing", "yellow", Exit.CONFORMANT),
    "wrong": ("wrong  ", "red", Exit.USAGE),
    "dead": ("dead   ", "red", Exit.TARGET_UNUSABLE),
}
_STATE_ORDER = (Exit.CONFORMANT, Exit.USAGE, Exit.TARGET_UNUSABLE)


def init(options: Namespace) -> int:
    """Write a target file to be filled in."""
    path = Path(options.file)
    homes = named(options.family, installed=False)
    if path.exists():
        raise ConfigurationError(f"{path} is there already; name another file or move it away.")
    files.put(path, doctor.starter(homes, path.parent))
    schema = path.parent / "target.schema.json"
    if not schema.exists():  # by which an editor tells what may stand where
        files.put(schema, (package_data.SCHEMAS / schema.name).read_text("utf-8"))
    screen.console(soft_wrap=True).print(
        Text(
            f"Wrote {path}, and for your editor {schema.name}. "
            f"Fill it in, then: clausewise doctor --target {path}"
        )
    )
    return Exit.CONFORMANT
