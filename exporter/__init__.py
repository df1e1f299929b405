"""Release health as Prometheus gauges: collect, judge, expose."""

__version__ = "0.1.0"
