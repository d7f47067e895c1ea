"""What the help says of each command: what it is for, two examples, its options under headings."""

from __future__ import annotations

import textwrap
from collections.abc import Mapping
from types import MappingProxyType
from typing import NamedTuple

from clausewise.run_options import Heading, of_command

_WIDTH = 78


class Words(NamedTuple):
    """What a command is for, and commands that show it."""

    purpose: str
    examples: tuple[str, ...]

    @property
    def about(self) -> str:
        """What stands above its options."""
        return textwrap.fill(self.purpose, _WIDTH)

    @property
    def epilog(self) -> str:
        """What stands at the end of its help."""
        return "\n".join(["examples:", *(f"  {line}" for line in self.examples)])


COMMANDS = MappingProxyType(
    {
        "run": Words(
            "Send requests to a target, judge each answer against its documents, and write the reports. The "
            "exit "
            "code is the decision.",
            (
                "clausewise run --target uat.toml --waivers waivers.toml",
                "clausewise run --target uat.toml --family cdp --plan smoke --max-time 10m",
            ),
        ),
        "doctor": Words(
            "Say what is missing, wrong or dead in a target file before anything is judged.",
            (
                "clausewise doctor --target uat.toml",
                "clausewise doctor --target live.toml --i-own-this-target live",
            ),
        ),
        "clauses": Words(
            "List what is judged: each clause with its source, its standing and its tests, for people, for "
            "programs, or as the matrix that auditors ask for.",
            (
                "clausewise clauses --family cdp",
                "clausewise clauses --format xlsx --output matrix.xlsx --run reports/latest",
            ),
        ),
        "families": Words(
            "List the families that there are, with their documents and where each comes from: shipped, a "
            "folder that is named, or an installed package.",
            ("clausewise families", "clausewise families --families ../hello --format json"),
        ),
        "family": Words(
            "Make a family of an OpenAPI file, with every answer, field and header of it a clause; or see "
            "whether a family is whole, and what changed against another version of it: 1 where something is "
            "lacking or gone.",
            (
                "clausewise family new hello --from openapi.yaml",
                "clausewise family check hello --against released/hello",
            ),
        ),
        "serve": Words(
            "Run the reference target: a sandbox that behaves as the documents say, or with faults "
            "of your choice.",
            (
                "clausewise serve --port 8080 --family cdp",
                "clausewise serve --defect cdp.lookup.not-found-code-as-text --bank cautious",
            ),
        ),
        "init": Words(
            "Write a file to start from: a commented target file, the reference's own, or an "
            "overlay to edit.",
            (
                "clausewise init my-bank.toml --family account-service",
                "clausewise init --overlay account-service",
            ),
        ),
        "report": Words(
            "Draw the reports of a run anew, of one that was killed, too.",
            ("clausewise report reports/latest", "clausewise report runs/monday"),
        ),
        "open": Words(
            "Show the report of a run in the browser.",
            ("clausewise open", "clausewise open runs/monday"),
        ),
        "merge": Words(
            "Put the shards of a run together, as CI jobs made them with `run --shard K/N`: one folder, one "
            "statement, the one that a single machine would have come to. A shard that is missing is told by "
            "its name, and the whole is not verified.",
            (
                "clausewise merge shards/*",
                "clausewise merge shards/1 shards/2 shards/3 --run-dir runs/now --history nightly.db",
            ),
        ),
        "fleet": Words(
            "Judge many targets, each by a run of its own, on a Dask cluster: one on this machine, or one "
            "that is there. What each comes to goes to a history, and one page shows them all. The exit code "
            "is the one to see to first.",
            (
                "clausewise fleet run fleet.toml --workers 4",
                "clausewise fleet status fleet.toml --format json",
            ),
        ),
        "diff": Words(
            "Tell what changed from one run to another: 1 where something is newly broken or no longer "
            "judged. Or whether two environments behave alike: 1 where one keeps what the other does not.",
            ("clausewise diff runs/monday runs/tuesday", "clausewise diff --targets uat prod"),
        ),
        "findings": Words(
            "Hand a run's findings to other tools: code scanning, annotations of a pull request, a tracker.",
            (
                "clausewise findings reports/latest --format sarif --output findings.sarif",
                "clausewise findings runs/monday --format github",
            ),
        ),
        "har": Words(
            "Write a run's exchanges as HAR 1.2, masked as they were kept, for browsers and proxies.",
            ("clausewise har reports/latest", "clausewise har runs/monday --output monday.har"),
        ),
        "metrics": Words(
            "Write a run's figures as Prometheus' text, for a node exporter's folder, or send them to a "
            "collector of OpenTelemetry.",
            (
                "clausewise metrics reports/latest --output /var/lib/node_exporter/clausewise.prom",
                "clausewise metrics runs/monday --otlp http://127.0.0.1:4318/v1/metrics",
            ),
        ),
        "judge": Words(
            "Judge traffic that somebody recorded, without sending anything.",
            (
                "clausewise judge recorded.har --target uat.toml",
                "clausewise judge gateway.har --target uat.toml --host gateway.example.com",
            ),
        ),
        "watch": Words(
            "While somebody mends a target, repeat what is broken until it is kept: 0 as soon as it is.",
            (
                "clausewise watch reports/latest",
                "clausewise watch runs/monday --every 30s",
            ),
        ),
        "evidence": Words(
            "Put a finished run into one signed zip that others can check without trusting you.",
            (
                "clausewise evidence runs/release-7 --key key.pem",
                "clausewise evidence runs/release-7 --key key.pem --output evidence.zip",
            ),
        ),
        "verify": Words(
            "Check an evidence pack: its signatures, its files, and each exchange, which is judged again.",
            (
                "clausewise verify evidence.zip --public-key key.pub",
                "clausewise verify evidence.zip --public-key key.pub --expect conformant",
            ),
        ),
        "countersign": Words(
            "Sign a pack that holds, as its witness.",
            (
                "clausewise countersign evidence.zip --key witness.pem",
                "clausewise countersign packs/release-7.zip --key ~/.keys/witness.pem",
            ),
        ),
        "timestamp": Words(
            "Have an authority say when a pack's signature was there (RFC 3161).",
            (
                "clausewise timestamp evidence.zip --tsa https://tsa.example.com",
                "clausewise timestamp packs/release-7.zip --tsa http://tsa.example.com/rfc3161",
            ),
        ),
        "history": Words(
            "Show the runs of months: what changed, and when.",
            (
                "clausewise history nightly.db",
                "clausewise history nightly.db --clause cdp.getCustomer.found --last 90",
            ),
        ),
        "allure": Words(
            "Have Allure 3, where it is installed, draw a run's results.",
            (
                "clausewise allure reports/latest",
                "clausewise allure runs/monday --output site --history allure-history.jsonl",
            ),
        ),
        "completion": Words(
            "Print what teaches a shell the commands and options: bash, zsh, fish, tcsh or PowerShell.",
            (
                "clausewise completion bash > ~/.local/share/bash-completion/completions/clausewise",
                "clausewise completion fish > ~/.config/fish/completions/clausewise.fish",
            ),
        ),
        "matrix": Words(
            "Prove the suite on the reference: each seeded defect must be caught, no freedom may be flagged.",
            (
                "clausewise matrix --target targets/reference.toml --defect 'cdp.token.*'",
                "clausewise matrix --target targets/reference.toml --mutants --sample 200",
            ),
        ),
    }
)

# Of the options that a run does not have.
_OTHERS = {
    Heading.WHAT: ("--discrepancies", "--targets", "--freeze"),
    Heading.DEPTH: ("--every", "--only", "--night", "--scheduler", "--workers"),
    Heading.COUNTS: ("--expect",),
    Heading.OUT: ("--output", "--format", "--page", "--publish"),
    Heading.SCREEN: ("--color",),
    Heading.PLAYS: (
        "--defect",
        "--freedom",
        "--bank",
        "--chaos",
        "--chaos-operation",
        "--mutants",
        "--recorded",
        "--sample",
    ),
}
GROUPS: Mapping[str, Heading] = MappingProxyType(
    {it.name: it.heading for it in of_command() if it.heading}
    | {name: heading for heading, names in _OTHERS.items() for name in names}
)
