"""What the commands and their options are called."""

from __future__ import annotations

import argparse
from collections.abc import Mapping, Sequence
from itertools import pairwise
from typing import Any, NoReturn, TypeAlias

from clausewise import __version__, option_types, run_options
from clausewise.cli import help_texts, latest, settings, suggestions
from clausewise.errors import ConfigurationError
from clausewise.plans import seconds
from clausewise.run_options import RUN_OPTIONS, RunOption

_TYPED = "--i-own-this-target"  # who types nothing is told what to type
_LONGEST = 300  # characters of a complaint
_EXITS = """\
exit codes: 0 conformant, or all kept that a smaller plan asks | 1 not conformant | 2 not fully verified
            3 target unusable or network errors | 4 usage or configuration | 5 internal error
"""


class Parser(argparse.ArgumentParser):
    """A parser that says what is wrong in one sentence, and lists its options under headings."""

    def __init__(self, **given: Any) -> None:
        super().__init__(**{"formatter_class": argparse.RawDescriptionHelpFormatter, **given})

    def add_argument(self, *names: Any, **given: Any) -> argparse.Action:
        """Add an option under the heading that it has in every command."""
        where = self.under(help_texts.GROUPS.get(names[-1]) if names else None)
        if where is self:
            return super().add_argument(*names, **given)
        return where.add_argument(*names, **given)

    def under(self, title: str | None) -> argparse._ActionsContainer:
        """Return the group of a heading, made when first asked for; the parser itself for none."""
        if title is None:
            return self
        known = (group for group in self._action_groups if group.title == title)
        return next(known, None) or self.add_argument_group(title)

    @property
    def options(self) -> Mapping[str, argparse.Action]:
        """Every option by each of its names."""
        return self._option_string_actions

    def error(self, message: str) -> NoReturn:
        """Raise it as a ConfigurationError."""
        raise ConfigurationError(f"{message[:_LONGEST]}; `{self.prog} --help` lists what there is.")


def read(words: Sequence[str]) -> argparse.Namespace:
    """Read a command line.

    Raises ConfigurationError for what is wrong in it, a value that is empty among that: a shell makes one of
    a variable that is not set, and without its target, waivers or history a run would be another one.
    """
    ours = words[: words.index("--")] if "--" in words else words
    for option, value in pairwise([*ours, "-"]):
        name, given, text = option.partition("=")
        if name.startswith("--") and name != _TYPED and (text if given else value) == "":
            raise ConfigurationError(f"{name} is given without a value; is a variable not set?")
    top = parser()
    commands = known(top)
    suggestions.check(ours, {name: command.options for name, command in commands.items()})
    told = top.parse_args(settings.applied(words, {name: it.options for name, it in commands.items()}))
    return latest.resolved(told)


def known(top: argparse.ArgumentParser) -> Mapping[str, Parser]:
    """Return the parsers of all commands by name."""
    return next(
        dict(action.choices)
        for action in top._actions  # noqa: SLF001 - argparse has no public way to them
        if isinstance(action, argparse._SubParsersAction)  # noqa: SLF001
    )


def parser() -> argparse.ArgumentParser:
    """Return the parser of all commands."""
    top = Parser(
        prog="clausewise",
        description="Judge a running API clause by clause against its documents.",
        epilog=_EXITS,
    )
    top.add_argument("--version", action="version", version=f"clausewise {__version__}")
    commands = top.add_subparsers(dest="command", required=True, metavar="COMMAND")
    for add in _COMMANDS:
        add(commands)
    for name, command in commands.choices.items():
        told = help_texts.COMMANDS[name]
        command.description, command.epilog = told.about, told.epilog
        if name in _WITH_FAMILIES:
            _also(command, "--families")
        command.add_argument(
            "--color", choices=["auto", "always", "never"], default="auto", help="colours (default: auto)"
        )
    return top


_WITH_FAMILIES = frozenset(  # beside `run`
    "doctor clauses families family serve init report judge evidence verify countersign".split()
    + "matrix merge fleet watch".split()
)
Commands: TypeAlias = "argparse._SubParsersAction[Parser]"  # noqa: SLF001 - argparse has no public name for it


def _run(commands: Commands) -> None:
    run = commands.add_parser("run", help="judge a target and write its reports")
    groups: dict[run_options.OneOf, Any] = {}
    for option in run_options.of_command():
        if option.one_of and option.one_of not in groups:
            heading = run.under(option.heading)
            groups[option.one_of] = heading.add_mutually_exclusive_group(required=option.one_of.required)
        _add(groups[option.one_of] if option.one_of else run, option)
    run.add_argument(
        "pytest_arguments", nargs="*", metavar="-- ARG", help="anything else goes to pytest as it is"
    )


def _add(where: Any, option: RunOption) -> None:
    """Add an option of a run to a parser, or to a group of it."""
    where.add_argument(option.name, dest=option.dest, **option.declared())


def _also(command: Parser, *names: str) -> None:
    """Add options that a run has to another command."""
    for name in names:
        _add(command, RUN_OPTIONS[name])


def _doctor(commands: Commands) -> None:
    doctor = commands.add_parser("doctor", help="try a target file: hosts, credentials, fixtures")
    _target(doctor)
    _also(doctor, "--document", "--i-own-this-target", "--allow-file")


def _clauses(commands: Commands) -> None:
    clauses = commands.add_parser(
        "clauses", help="list every clause, its source, and the tests that judge it"
    )
    clauses.add_argument("--family", action="append", default=[], help="only this family")
    clauses.add_argument(
        "--format",
        choices=["table", "json", "csv", "xlsx", "reqif"],
        default="table",
        help="(default: table)",
    )
    clauses.add_argument("--output", metavar="FILE", default="", help="write it there")
    clauses.add_argument("--run", metavar="RUN", default="", help="with the verdicts of this run")
    clauses.add_argument(
        "--freeze", metavar="NAME", default="", help="print the ids as a frozen requirement set of that name"
    )
    clauses.add_argument("--target", metavar="FILE", default="", help="only what this target claims")
    clauses.add_argument(
        "--discrepancies", action="store_true", help="list the documents' contradictions instead"
    )


def _families(commands: Commands) -> None:
    families = commands.add_parser("families", help="list the families, and where each comes from")
    families.add_argument("--format", choices=["table", "json"], default="table", help="(default: table)")


def _family(commands: Commands) -> None:
    family = commands.add_parser(
        "family", help="make a family of an OpenAPI file, or see whether one is whole"
    )
    family.add_argument(
        "what", choices=["new", "check"], help="new writes a family's folder, check looks at one"
    )
    family.add_argument("name", help="the id of the new one; a folder, a family or a document to look at")
    family.add_argument(
        "--from",
        dest="source",
        metavar="FILE",
        default="",
        help="the OpenAPI file that the new one is made of",
    )
    family.add_argument("--output", metavar="DIR", default="", help="the folder to write (default: its id)")
    family.add_argument(
        "--allow-fetch", action="store_true", help="fetch what the file refers to in a network"
    )
    family.add_argument(
        "--against",
        metavar="OLD",
        default="",
        help="tell what changed since a folder, a family, a document",
    )
    family.add_argument("--format", choices=["text", "json"], default="text", help="(default: text)")


def _serve(commands: Commands) -> None:
    serve = commands.add_parser(
        "serve", help="run the reference target, a sandbox that behaves as the documents say"
    )
    serve.add_argument("--family", action="append", default=[], help="which families to play (default: all)")
    serve.add_argument(
        "--document", action="append", default=[], metavar="FAMILY=ID", help="which document to keep"
    )
    serve.add_argument("--host", default="127.0.0.1")
    serve.add_argument("--port", type=option_types.port, default=8080, help="0 takes a free one")
    serve.add_argument("--database", default=":memory:", metavar="FILE", help="where its state lives")
    defect = "bend it by a seeded defect; repeat for more at once"
    serve.add_argument("--defect", action="append", default=[], metavar="ID", help=defect)
    serve.add_argument(
        "--freedom", action="append", default=[], metavar="ID", help="let it take this freedom, too"
    )
    serve.add_argument(
        "--bank", default="", metavar="NAME", help="take all freedoms of a bank of schemas/banks.toml"
    )
    serve.add_argument("--while-read", action="store_true", help="end when standard input does")
    serve.add_argument("--control", action="store_true", help="test mode: let requests switch defects")
    serve.add_argument(
        "--chaos", metavar="NAME", default="", help="break HTTP itself in front of it; 'list' lists the kinds"
    )
    serve.add_argument(
        "--chaos-operation",
        action="append",
        default=[],
        metavar="NAME",
        help="break only this operation's calls (default: all calls)",
    )


def _init(commands: Commands) -> None:
    init = commands.add_parser("init", help="write a commented target file to start from")
    init.add_argument("file", nargs="?", default="", help="the file to write (default: target.toml)")
    other = init.add_mutually_exclusive_group()
    other.add_argument(
        "--reference",
        metavar="DIR",
        help="write the reference's target file and its secrets into this folder",
    )
    other.add_argument(
        "--overlay", metavar="FAMILY", help="write the overlay that fills the family's thin document, to edit"
    )
    init.add_argument("--family", action="append", default=[], help="which families it claims (default: all)")


def _report(commands: Commands) -> None:
    report = commands.add_parser("report", help="draw the reports of a run again, of a killed one too")
    report.add_argument("folder", help="the run's folder")


def _judge(commands: Commands) -> None:
    judge = commands.add_parser("judge", help="judge recorded traffic, without sending anything")
    judge.add_argument(
        "recorded", help="a HAR file, a Postman collection, an exchanges.jsonl, or the folder of a run"
    )
    _target(judge)
    judge.add_argument(
        "--host",
        action="append",
        default=[],
        metavar="HOST[=FAMILY]",
        help="a host that the traffic was recorded at counts as the target's (repeatable)",
    )
    _also(judge, "--document", "--label")
    judge.add_argument("--run-dir", metavar="DIR", help="where the reports go")
    judge.add_argument("--policy", metavar="FILE", default="", help="what turns it red")
    judge.add_argument(
        "--waivers", metavar="FILE", default="", help="broken clauses that somebody answers for"
    )
    judge.add_argument(
        "--frozen", metavar="FILE", default="", help="score only the clauses of this frozen set"
    )
    _also(judge, "--quiet", "--no-progress")


def _evidence(commands: Commands) -> None:
    pack = commands.add_parser("evidence", help="put a finished run into one signed zip")
    pack.add_argument("folder", help="the run's folder")
    pack.add_argument(
        "--key", required=True, metavar="FILE", help="your private key, an unencrypted PEM file"
    )
    pack.add_argument("--output", metavar="FILE", help="the zip to write (default: evidence-<run>.zip)")
    check = commands.add_parser("verify", help="check an evidence pack, and judge its exchanges again")
    check.add_argument("pack", help="the zip")
    check.add_argument(
        "--public-key", metavar="FILE", help="the public key that it must be signed with, as PEM"
    )
    check.add_argument(
        "--witness", action="append", default=[], metavar="FILE", help="the public key of a witness, as PEM"
    )
    check.add_argument(
        "--tsa-root", metavar="FILE", help="the certificates that its time stamp must rest on, as PEM"
    )
    check.add_argument(
        "--expect", choices=["conformant"], help="end with the exit code of the run, for a gate"
    )
    witness = commands.add_parser("countersign", help="sign a pack that holds as its witness")
    witness.add_argument("pack", help="the zip")
    witness.add_argument("--key", required=True, metavar="FILE", help="your private key, as for evidence")
    stamp = commands.add_parser("timestamp", help="put an authority's time stamp into a pack (RFC 3161)")
    stamp.add_argument("pack", help="the zip")
    stamp.add_argument("--tsa", required=True, metavar="URL", help="the authority's address")


def _history(commands: Commands) -> None:
    history = commands.add_parser("history", help="show the runs of months: what changed, and when")
    history.add_argument("where", nargs="?", metavar="URL", help="a path (SQLite), or a database's URL")
    history.add_argument("--append", metavar="RUN", default="", help="append the run of this folder first")
    history.add_argument("--target", dest="name", metavar="NAME", default="", help="only runs on this target")
    history.add_argument(
        "--since-build", metavar="BUILD", default="", help="only runs since the first one of that build"
    )
    history.add_argument(
        "--clause", metavar="ID", default="", help="the verdicts of one clause over all runs"
    )
    history.add_argument(
        "--last", type=option_types.count, default=30, metavar="N", help="so many runs (default: 30)"
    )
    history.add_argument("--format", choices=["table", "json"], default="table")
    history.add_argument("--page", metavar="FILE", default="", help="write the runs as a page of HTML")


def _allure(commands: Commands) -> None:
    allure = commands.add_parser("allure", help="have Allure 3, where it is installed, draw a run's results")
    allure.add_argument("folder", help="the run's folder")
    allure.add_argument("--output", default="allure-report", metavar="DIR", help="where the page goes")
    allure.add_argument(
        "--history", default="", metavar="FILE", help="Allure's own history, kept from run to run"
    )


def _diff(commands: Commands) -> None:
    diff = commands.add_parser("diff", help="tell what changed from one run to another")
    diff.add_argument("before", nargs="?", help="the earlier run's folder")
    diff.add_argument("after", nargs="?", help="the later run's folder")
    diff.add_argument(
        "--targets",
        nargs=2,
        metavar=("ONE", "OTHER"),
        help="compare two environments: run folders, or names of targets by their last runs in reports/",
    )
    diff.add_argument("--format", choices=["table", "json"], default="table")


def _merge(commands: Commands) -> None:
    merge = commands.add_parser("merge", help="put the shards of a run together")
    merge.add_argument("runs", nargs="+", metavar="RUN", help="the folder of each shard")
    merge.add_argument("--run-dir", metavar="DIR", help="where the whole run's files go")
    _also(merge, "--history", "--quiet")


def _fleet(commands: Commands) -> None:
    fleet = commands.add_parser("fleet", help="judge many targets on a Dask cluster, and say how they stand")
    fleet.add_argument(
        "action",
        choices=["run", "status", "diff", "page"],
        help="judge all; say how they stand; what changed since the last night; draw the page",
    )
    fleet.add_argument("file", help="the fleet file")
    fleet.add_argument(
        "--scheduler", default="", metavar="URL", help="a Dask scheduler that is there: tcp://host:8786"
    )
    fleet.add_argument(
        "--workers", type=option_types.count, metavar="N", help="workers of a cluster on this machine"
    )
    fleet.add_argument("--only", action="append", default=[], metavar="NAME", help="only this target")
    fleet.add_argument(
        "--night",
        type=option_types.folder_name,
        metavar="NAME",
        help="go on with the night of that name, or name it",
    )
    fleet.add_argument("--history", default="", metavar="URL", help="instead of the fleet file's")
    fleet.add_argument("--page", default="", metavar="FILE", help="instead of the fleet file's")
    fleet.add_argument("--format", choices=["table", "json"], default="table", help="of status and diff")
    fleet.add_argument(
        "--i-own-this-target",  # of many targets
        action="append",
        default=[],
        metavar="NAME",
        help="say so of a production target, by its name",
    )


def _matrix(commands: Commands) -> None:
    matrix = commands.add_parser(
        "matrix", help="prove the suite: every seeded defect must be caught, no freedom flagged"
    )
    matrix.add_argument(
        "--target", required=True, metavar="FILE", help="a target file of the embedded reference"
    )
    _also(matrix, "--document")
    matrix.add_argument(
        "--defect", action="append", default=[], metavar="GLOB", help="only defects with such an id"
    )
    matrix.add_argument(
        "--bank", default="", metavar="NAME", help="play the defects of documented clauses on this bank"
    )
    matrix.add_argument(
        "--mutants", action="store_true", help="play systematic defects instead: each value's neighbours"
    )
    matrix.add_argument(
        "--recorded", action="store_true", help="judge what is recorded of each play, too: as was judged live"
    )
    matrix.add_argument(
        "--sample",
        type=option_types.count,
        default=0,
        metavar="N",
        help="only N mutants, or recorded defects, by --seed",
    )
    matrix.add_argument(
        "--causes",
        type=option_types.count,
        metavar="N",
        help="play N groups of defects at once and count the causes (default: 80 for a whole "
        "matrix, else none)",
    )
    quick = "meet guesses and freedoms with one test of each kind, as `make test` does"
    matrix.add_argument("--quick", action="store_true", help=quick)
    matrix.add_argument("--seed", type=int, default=1, help="which mutants or groups are taken (default: 1)")
    matrix.add_argument("--shard", default="1/1", metavar="K/N", help="only the K-th of N parts")
    matrix.add_argument("--publish", default="", metavar="DIR", help="write matrix.md and matrix.svg there")
    matrix.add_argument("--output", default="", metavar="FILE", help="write the matrix as JSON")


def _open(commands: Commands) -> None:
    shown = commands.add_parser("open", help="show a run's report in the browser")
    shown.add_argument(
        "folder", nargs="?", default="reports/latest", help="the run's folder (default: reports/latest)"
    )


def _findings(commands: Commands) -> None:
    findings = commands.add_parser("findings", help="hand a run's findings to other tools")
    findings.add_argument("folder", help="the run's folder")
    findings.add_argument(
        "--format", choices=["sarif", "github", "csv"], default="sarif", help="(default: sarif)"
    )
    findings.add_argument("--output", metavar="FILE", default="", help="write it there")


def _har(commands: Commands) -> None:
    har = commands.add_parser("har", help="write a run's exchanges as HAR, masked as they were kept")
    har.add_argument("folder", help="the run's folder")
    har.add_argument("--output", metavar="FILE", default="", help="the file (default: RUN/exchanges.har)")


def _metrics(commands: Commands) -> None:
    metrics = commands.add_parser(
        "metrics", help="write a run's figures for Prometheus, or send them by OTLP"
    )
    metrics.add_argument("folder", help="the run's folder")
    metrics.add_argument("--output", metavar="FILE", default="", help="write Prometheus' text there")
    metrics.add_argument(
        "--otlp", metavar="URL", default="", help="send them to a collector: http://host:4318/v1/metrics"
    )


def _watch(commands: Commands) -> None:
    watch = commands.add_parser("watch", help="repeat what is broken in a run until it is kept")
    watch.add_argument("run", help="the folder of the run")
    watch.add_argument(
        "--target", metavar="FILE", default="", help="the target file (default: the one of that run)"
    )
    watch.add_argument("--every", type=seconds, default=30.0, metavar="TIME", help="how often (default: 30s)")
    _also(watch, "--i-own-this-target", "--allow-file")


def _completion(commands: Commands) -> None:
    completion = commands.add_parser("completion", help="print what teaches a shell the commands")
    completion.add_argument("shell", choices=["bash", "zsh", "fish", "tcsh", "powershell"])


def _target(command: argparse.ArgumentParser) -> None:
    command.add_argument("--target", required=True, metavar="FILE", help="the target file")


_COMMANDS = (  # in the order of the help
    *(_run, _doctor, _clauses, _families, _family, _serve, _init, _report, _merge, _fleet, _diff, _judge),
    *(_evidence, _history, _allure, _matrix, _open, _findings, _har, _metrics, _watch, _completion),
)
