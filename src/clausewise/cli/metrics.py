"""`clausewise metrics`: a run's figures for Prometheus, as a text file, or for OpenTelemetry."""

from __future__ import annotations

import sys
from argparse import Namespace
from collections.abc import Iterable
from pathlib import Path
from pkgutil import resolve_name
from typing import Any

from clausewise import files, report
from clausewise._version import __version__
from clausewise.errors import ConfigurationError
from clausewise.report.metrics import Figure, figures
from clausewise.verdict import Exit

_EXTRA = "pip install 'clausewise[metrics]'"
_PATIENCE = 10  # seconds for a collector's answer


def run(options: Namespace) -> int:
    """Write or send them; that they are is no word on the target."""
    found = list(figures(report.read(Path(options.folder))))
    if options.otlp:
        _send(found, options.otlp)
        return Exit.CONFORMANT
    text = _text(found)
    if options.output:
        files.put(Path(options.output), text)  # at once: a node exporter reads whatever lies there
    else:
        sys.stdout.write(text)
    return Exit.CONFORMANT


def _text(figures: Iterable[Figure]) -> str:
    """Return figures in Prometheus' text format."""
    prometheus = _library("prometheus_client")
    registry, gauges = prometheus.CollectorRegistry(), dict[str, Any]()
    for figure in figures:
        names = list(figure.labels)
        gauge = gauges.get(figure.name) or prometheus.Gauge(
            figure.name, figure.says, names, registry=registry
        )
        gauges[figure.name] = gauge
        gauge.labels(**figure.labels).set(figure.value)
    return str(prometheus.generate_latest(registry).decode())


def _send(figures: Iterable[Figure], url: str) -> None:
    """Send figures to a collector over HTTP, as OpenTelemetry's own exporter does.

    Its variables (OTEL_EXPORTER_OTLP_HEADERS and others) are heard.
    """
    exporting = _library("opentelemetry.exporter.otlp.proto.http.metric_exporter")
    metrics, reading = _library("opentelemetry.sdk.metrics"), _library("opentelemetry.sdk.metrics.export")
    resources = _library("opentelemetry.sdk.resources")
    exporter = exporting.OTLPMetricExporter(endpoint=url, timeout=_PATIENCE)
    reader = reading.InMemoryMetricReader()
    resource = resources.Resource.create({"service.name": "clausewise", "service.version": __version__})
    provider = metrics.MeterProvider([reader], resource=resource, shutdown_on_exit=False)
    meter, gauges = provider.get_meter("clausewise", __version__), dict[str, Any]()
    for figure in figures:
        name = figure.name.replace("clausewise_", "clausewise.", 1)
        gauge = gauges.get(name) or meter.create_gauge(name, figure.unit, figure.says)
        gauges[name] = gauge
        gauge.set(figure.value, dict(figure.labels))
    try:
        done = exporter.export(reader.get_metrics_data())
    except Exception as bad:
        raise ConfigurationError(f"The figures cannot be sent to {url} ({type(bad).__name__}).") from bad
    finally:
        provider.shutdown()
        exporter.shutdown()
    if done is not reading.MetricExportResult.SUCCESS:
        raise ConfigurationError(f"The collector at {url} does not take the figures.")


def _library(name: str) -> Any:
    try:
        return resolve_name(name)
    except ImportError as bad:
        raise ConfigurationError(f"Figures take libraries of their own: {_EXTRA}.") from bad
