"""`python -m exporter.telemetry` is the engine; requests come in by line, replies go out."""

import sys

from exporter.telemetry.engine import serve

serve(sys.stdin.buffer, sys.stdout.buffer)
