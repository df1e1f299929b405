"""`python -m exporter.spark` is the engine on a cluster; it is asked as the other one is."""

import sys

from exporter.spark.folder import Folder
from exporter.telemetry.engine import serve

serve(sys.stdin.buffer, sys.stdout.buffer, Folder)
