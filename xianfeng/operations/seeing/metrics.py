"""The figures in the form that Prometheus reads."""

import os
from collections.abc import Iterator

from prometheus_client import REGISTRY, CollectorRegistry, generate_latest
from prometheus_client.core import GaugeMetricFamily
from prometheus_client.multiprocess import MultiProcessCollector
from prometheus_client.registry import Collector

from xianfeng import health
from xianfeng.operations.seeing.figures import figures

# Where the processes of the web server keep their counts (gunicorn.conf.py).
SHARED = "PROMETHEUS_MULTIPROC_DIR"


class Platform(Collector):
    """Asked anew at each reading; what cannot be had is left out, and its absence is an alert of its own."""

    def collect(self) -> Iterator[GaugeMetricFamily]:
        families: dict[str, GaugeMetricFamily] = {}
        for figure in figures():
            if (value := figure.value()) is None:
                continue
            names = [name for name, _value in figure.labels]
            text = figure.name.replace("_", " ").capitalize()
            family = families.setdefault(
                figure.name, GaugeMetricFamily(f"xianfeng_{figure.name}", text, labels=names)
            )
            family.add_metric([value for _name, value in figure.labels], value)
        yield from families.values()
        yield parts()


def parts() -> GaugeMetricFamily:
    """What /healthz says, 1 for well."""
    family = GaugeMetricFamily("xianfeng_part_well", "Parts as /healthz tells them", labels=["part"])
    for part, state in health.report().items():
        if part != "status":
            family.add_metric([part], state == health.OK)
    return family


def exposition() -> bytes:
    """Everything to be read, as text."""
    registry = CollectorRegistry()
    if os.environ.get(SHARED):
        MultiProcessCollector(registry)
    else:
        registry.register(REGISTRY)
    registry.register(Platform())
    return generate_latest(registry)
