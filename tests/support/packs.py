"""The run that the tests of evidence forge, and its pack."""

import re

import forging
import runs

from clausewise import package_data, scope, targets

DEFECT = "retype:account-service.close-izi-mobile-acct.done.status"
BROKEN = "account-service.close-izi-mobile-acct.done.status"
UNSCORED = "account-service.get-account-list.json"
POLICY = """
red = ["documented", "agreed", "assumed"]
[minimum_exercised]
account-service = 0.5
[response_time."account-service.*"]
max = 60000
"""
WAIVER = """
[[waiver]]
clause = "account-service.law.used-phone"
target = "reference"
reason = "a made-up reason"
owner = "QA"
ticket = "T-1"
expires = "2099-01-01"
"""
PACKED = re.compile(r'id="packed">([^<]*)<')
RULED = {"policy": "policy.toml", "waivers": "waivers.toml", "frozen": "frozen.json"}
OVERLAY = """
[families.account-service.fixtures."somebody"]
phoneNumber = "0900000123"
email = "somebody@example.com"
"""
SCORED = re.compile(r"\d{3} of \d{3} clauses scored")


def known(path):
    """Return what a target file claims."""
    return scope.of(targets.load(path, package_data.SCHEMAS / "target.schema.json"))


def checked(held, house, tmp_path, *more):
    """Return what `verify` says of files as a pack."""
    path = forging.written(held, tmp_path / "forged.zip")
    return runs.inside("verify", path, "--public-key", house / "key.pub", *more)


def target_in(folder):
    path = folder / "target.toml"
    path.write_text(
        runs.REFERENCE.read_text().replace("reference.d/", f"{package_data.TARGETS}/reference.d/")
    )
    return path


def files_of(folder):
    return [path for path in folder.rglob("*") if path.is_file() and "allure-results" not in path.parts]
