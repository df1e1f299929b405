# ruff: noqa: INP001, T201, S603 - a program of its own that prints and starts the others
"""All of them, one after the other, as Markdown: `python -m benchmarks`, an hour.

docs/benchmarks.md holds what came out, and says what each part needs.
"""

import subprocess
import sys

from benchmarks.programs import ROOT, machine, python

# By module: what it needs beside Python, and how long it takes.
ALL = {
    "scrape": "Debian's wrk, nginx-light, prometheus-node-exporter; 10 minutes",
    "releases": "1 GB; 5 minutes",
    "telemetry": "jq, 2 GB; 10 minutes",
    "growth": "3 GB; 5 minutes; DuckDB, where it is installed",
    "github": "6 minutes",
    "dashboards": "Debian's prometheus, 3 GB; 20 minutes",
}


def main() -> None:
    """Run those that are named, or all."""
    chosen = sys.argv[1:] or list(ALL)
    print(f"Machine: {machine()}")
    for name in chosen:
        print(f"\n## {name}\n", flush=True)
        subprocess.run(python(f"benchmarks.{name}"), cwd=ROOT, check=False)


if __name__ == "__main__":
    main()
