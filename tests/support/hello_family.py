"""The family hello: somebody's own, whose files lie in hello/."""

import os
import shutil
from pathlib import Path

import runs

HELLO = Path(__file__).with_name("hello")
TRAP = "raise SystemExit('the tests were run')\n"
# A module of one name is imported once in a process.
IMPORTING = {"run", "clauses", "evidence", "verify", "matrix", "serve"}


def command(*words, env=None):
    """Run a command, in this process where it imports nothing of the family; return what it said."""
    return runs.clausewise(*words, env=env) if env or words[0] in IMPORTING else runs.inside(*words)


def install(folder, site):
    """Install the family's folder as a package, as an installer leaves it; return an environment with it."""
    shutil.copytree(folder, site / "hello_bank")
    (site / "hello_bank" / "__init__.py").write_text("raise SystemExit('nobody may import this')\n")
    told = site / "hello_bank-1.0.dist-info"
    told.mkdir()
    (told / "METADATA").write_text("Metadata-Version: 2.1\nName: hello-bank\nVersion: 1.0\n")
    (told / "entry_points.txt").write_text("[clausewise.families]\nhello = hello_bank\n")
    return runs.environment(
        PYTHONPATH=os.pathsep.join(filter(None, [os.environ.get("PYTHONPATH"), str(site)]))
    )


def target(url, *lines):
    """Write a target file that claims the family, with further lines of its table."""
    path = Path("hello.toml")
    head = 'version = 1\nname = "hello"\nenvironment = "sandbox"\n[families.hello]\ndocument = "hello-1"\n'
    path.write_text("\n".join([f'{head}base_url = "{url}"', *lines]))
    return path
