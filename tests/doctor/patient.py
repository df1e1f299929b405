"""An installation in a folder, and the lines that a doctor writes about it."""

import os
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from exporter.doctor import configuration, environment
from exporter.doctor.examination import Examination
from exporter.doctor.finding import Finding
from exporter.doctor.running import Limits, run
from tests.releases import NOW

RELEASE = """\
project: caro
release: v1.1.0
milestones:
  - {name: preflight, planned: 2026-01-12, actual: 2026-01-12, opens: preflight}
  - {name: beta start, planned: 2026-01-13, actual: 2026-01-13, opens: beta}
  - {name: beta end, planned: 2026-01-17, closes: beta}
  - {name: go/no-go, planned: 2026-01-23, opens: go_no_go}
  - {name: release, planned: 2026-01-24, opens: release}
"""
ABOUT = "caro v1.1.0"


@dataclass
class Patient:
    """A folder with a release file; `seconds` is what one check may take."""

    folder: Path
    now: datetime = NOW
    seconds: float = 10.0

    def write(self, more: str = "", text: str = RELEASE) -> None:
        """Write the release file."""
        (self.folder / "release.yaml").write_text(text + more)

    def put(self, name: str, content: str) -> Path:
        """Write a file of the release."""
        file = self.folder / name
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(content)
        os.utime(file, (self.now.timestamp(), self.now.timestamp()))
        return file

    def findings(self, **settings: object) -> list[Finding]:
        """Return what is found."""
        defaults = {
            "config_file": self.folder / "release.yaml",
            "storage_path": self.folder / "data",
            "web_listen_address": "127.0.0.1:0",
        }
        known, found = environment.load(defaults | settings)
        installation, mistakes = configuration.load(known.config_file)
        scratch = self.folder.parent / "scratch"
        sound = all(one.status.value == "ok" for one in found)
        examined = Examination(known, installation, self.now, scratch, self.seconds, sound)
        limits = Limits(self.seconds * 2, self.seconds * 3)
        return [*found, *mistakes, *run(examined.checks(), limits, lambda *_: None)]

    def lines(self, name: str, **settings: object) -> list[str]:
        """Return what is found of that name: `status: what -> fix`."""
        return lines(self.findings(**settings), name)


def lines(findings: Sequence[Finding], name: str) -> list[str]:
    return [
        f"{one.status}: {one.what}" + (f" -> {one.fix}" if one.fix else "")
        for one in findings
        if one.name == name
    ]
