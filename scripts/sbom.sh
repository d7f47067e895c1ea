#!/bin/sh
# Writes dist/clausewise-<version>.cdx.json: what the wheel needs at run time, in the versions of the lock (CycloneDX).
# The wheel is installed into an environment with nothing else in it, and that environment is read.
set -eu
python=${PYTHON:-python3.11}
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
"$python" -m venv "$work/tools"
"$work/tools/bin/python" -m pip install --quiet --disable-pip-version-check build 'cyclonedx-bom>=7'
"$work/tools/bin/python" -m build --wheel --outdir "$work/wheel" . >"$work/build.log" 2>&1 || { cat "$work/build.log"; exit 1; }
# Constraints know no hashes: what has them is the installation of `make test`, from the same versions.
sed -n 's/^\([A-Za-z0-9._-]*==[^ ]*\).*/\1/p' requirements.lock >"$work/versions"
"$python" -m venv --without-pip "$work/alone"
"$work/tools/bin/python" -m pip --python "$work/alone/bin/python" install --quiet --disable-pip-version-check \
	--constraint "$work/versions" "$work"/wheel/*.whl
version=$("$work/alone/bin/python" -c 'import clausewise; print(clausewise.__version__)')
mkdir -p dist
"$work/tools/bin/cyclonedx-py" environment --pyproject pyproject.toml --mc-type application --output-reproducible \
	--validate --output-file "$work/sbom.json" "$work/alone/bin/python"
"$work/tools/bin/python" - "$work/sbom.json" "dist/clausewise-$version.cdx.json" "$version" <<'PY'
import json, sys

read, written, version = sys.argv[1:]
with open(read, encoding="utf-8") as file:
    told = json.load(file)
told["metadata"]["component"]["version"] = version  # it stands in the code, where the tool does not look
with open(written, "w", encoding="utf-8") as file:
    json.dump(told, file, indent=1)
print(f"{written}: {len(told['components'])} packages")
PY
