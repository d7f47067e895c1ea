#!/bin/sh
# Asks for known vulnerabilities of every locked package. Exit code 0: none is known of any; 1: some are;
# 2: the advisory service could not be asked about all of them, which is no success.
set -eu
python=${PYTHON:-python3.11}
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
"$python" -m venv "$work/tools"
"$work/tools/bin/python" -m pip install --quiet --disable-pip-version-check 'pip-audit>=2.9'
"$work/tools/bin/pip-audit" --require-hashes --disable-pip --progress-spinner off --format json \
	--requirement requirements.lock --output "$work/audit.json" 2>"$work/said" || true
"$work/tools/bin/python" - "$work/audit.json" "$work/said" <<'PY'
import json, pathlib, sys

told, said = map(pathlib.Path, sys.argv[1:])
try:
    packages = json.loads(told.read_text())["dependencies"]
except (OSError, ValueError, KeyError):
    words = said.read_text().strip().splitlines() or ["no word"]
    print(f"not audited: the advisory service cannot be reached ({words[-1][:200]})")
    sys.exit(2)
skipped = [package for package in packages if "skip_reason" in package]
broken = [(package, flaw) for package in packages for flaw in package.get("vulns", ())]
for package, flaw in broken:
    print(f"{package['name']} {package['version']}: {flaw['id']}, mended in {', '.join(flaw['fix_versions']) or 'no version'}")
print(f"{len(packages) - len(skipped)} of {len(packages)} locked packages audited, {len(broken)} known vulnerabilities")
if skipped:
    print(f"not audited: {len(skipped)}, the first is {skipped[0]['name']}: {skipped[0]['skip_reason']}")
sys.exit(1 if broken else 2 if skipped or not packages else 0)
PY
