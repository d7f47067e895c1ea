"""A run's figures for Prometheus and OpenTelemetry, by their own libraries."""

import json
import sys
from collections import Counter
from http.server import BaseHTTPRequestHandler, HTTPServer
from threading import Thread

import pytest
import runs
from made_results import results

from clausewise.report.metrics import figures

parser = pytest.importorskip("prometheus_client.parser", reason="pip install 'clausewise[metrics]'")
metrics = pytest.importorskip("opentelemetry.proto.collector.metrics.v1.metrics_service_pb2")


@pytest.fixture
def folder(tmp_path):
    """A run's folder with results of some clauses."""
    (tmp_path / "results.json").write_text(json.dumps(results()))
    return tmp_path


def test_prometheus_reads_every_figure(folder):
    """Names, labels and values, by its own parser; the file is written at once."""
    made = runs.inside("metrics", folder, "--output", folder / "clausewise.prom")
    assert made.returncode == 0, made.stderr
    told = list(parser.text_string_to_metric_families((folder / "clausewise.prom").read_text()))
    read = {(it.name, *sorted(it.labels.items())): it.value for family in told for it in family.samples}

    whole = json.loads((folder / "results.json").read_text())
    assert read == {(it.name, *sorted(it.labels.items())): it.value for it in figures(whole)}
    clauses = [(dict(key[1:])["verdict"], it) for key, it in read.items() if key[0] == "clausewise_clauses"]
    assert dict(clauses) == Counter(row["verdict"] for row in whole["clauses"])
    assert runs.inside("metrics", folder).stdout == (folder / "clausewise.prom").read_text()


def test_a_collector_hears_the_same_figures(folder):
    """Over HTTP, as OpenTelemetry's own exporter sends them."""
    heard = []

    class Collector(BaseHTTPRequestHandler):
        def do_POST(self):
            heard.append(self.rfile.read(int(self.headers["Content-Length"])))
            self.send_response(200)
            self.end_headers()

        def log_message(self, *_):
            """Say nothing."""

    with HTTPServer(("127.0.0.1", 0), Collector) as server:
        Thread(target=server.handle_request, daemon=True).start()
        url = f"http://127.0.0.1:{server.server_port}/v1/metrics"
        made = runs.clausewise("metrics", folder, "--otlp", url)

    assert made.returncode == 0, made.stderr
    told = metrics.ExportMetricsServiceRequest.FromString(heard[0])
    names = {
        it.name for group in told.resource_metrics for scope in group.scope_metrics for it in scope.metrics
    }
    assert names == {it.name.replace("_", ".", 1) for it in figures(results())}


def test_a_collector_that_is_not_there_is_told(folder):
    """One sentence, exit 4; it is tried no longer than some seconds."""
    made = runs.clausewise("metrics", folder, "--otlp", "http://127.0.0.1:9/v1/metrics")
    assert made.returncode == 4
    assert "127.0.0.1:9" in made.stderr.splitlines()[-1]


def test_without_the_libraries_one_sentence(folder, monkeypatch):
    """It says what to install."""
    monkeypatch.setitem(sys.modules, "prometheus_client", None)
    made = runs.inside("metrics", folder)
    assert made.returncode == 4
    assert "pip install 'clausewise[metrics]'" in made.stderr
