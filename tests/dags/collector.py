"""An OpenTelemetry collector on loopback: takes what is exported over HTTP, and keeps names and labels."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

from opentelemetry.proto.collector.metrics.v1.metrics_service_pb2 import ExportMetricsServiceRequest

Series = frozenset[tuple[str, str]]
"""A metric's labels, with its name as the label `metric`."""


@contextmanager
def collecting() -> Iterator[tuple[dict[str, str], set[Series]]]:
    """The variables that send Airflow's metrics here, and the series that came."""
    seen: set[Series] = set()

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            content = self.rfile.read(int(self.headers["Content-Length"]))
            seen.update(_series(ExportMetricsServiceRequest.FromString(content)))
            self.send_response(200)
            self.end_headers()

        def log_message(self, *_: object) -> None:
            """Says nothing."""

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield (
            {
                "AIRFLOW__METRICS__OTEL_ON": "True",
                "OTEL_EXPORTER_OTLP_METRICS_ENDPOINT": f"http://127.0.0.1:{server.server_port}/v1/metrics",
                "OTEL_EXPORTER_OTLP_METRICS_PROTOCOL": "http/protobuf",
                "OTEL_METRIC_EXPORT_INTERVAL": "1000",
            },
            seen,
        )
        server.shutdown()


def _series(request: ExportMetricsServiceRequest) -> Iterator[Series]:
    for resource in request.resource_metrics:
        for scope in resource.scope_metrics:
            for metric in scope.metrics:
                # Sums, gauges and histograms keep their points under different names.
                points = getattr(metric, metric.WhichOneof("data")).data_points
                for point in points:
                    labels = {(label.key, label.value.string_value) for label in point.attributes}
                    yield frozenset({("metric", metric.name), *labels})
