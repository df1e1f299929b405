"""What GitHub's runner does with a composite action: its steps, its log, and the files it reads.

Written after the runner's own rules: `::name key=value::message` at the start of a line, else
`##[name]message` anywhere in it, neither between `::stop-commands::TOKEN` and `::TOKEN::`.
"""

import os
import re
import shutil
import subprocess
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import yaml

ROOT = Path(__file__).parents[2]
ACTION: Any = yaml.safe_load((ROOT / "action.yml").read_text())

# Every name that the runner knows, in the manner of both generations.
_NAMES = frozenset(
    {
        *("set-output", "set-env", "add-path", "save-state", "add-mask", "debug", "notice"),
        *("warning", "error", "group", "endgroup", "echo", "add-matcher", "remove-matcher"),
        *("stop-commands", "internal-set-repo-path", "command", "section"),
    }
)
_NEW = re.compile(r"^\s*::([A-Za-z-]+)(?: ([^\n]*?))?::(.*)$", re.DOTALL)
_OLD = re.compile(r"##\[([A-Za-z-]+)(?: ([^\]]*))?\](.*)", re.DOTALL)
_EXPRESSION = re.compile(r"\$\{\{ *([a-z.-]+)(?: *\|\| *'([^']*)')? *\}\}", re.IGNORECASE)


@dataclass(frozen=True)
class Command:
    """A line that the runner obeyed."""

    name: str
    properties: Mapping[str, str]
    message: str


@dataclass
class Job:
    """What became of a run of the action."""

    code: int = 0
    log: str = ""
    summary: bytes = b""
    outputs: dict[str, str] = field(default_factory=dict)
    environment: bytes = b""

    @property
    def commands(self) -> list[Command]:
        """Every line that the runner obeyed."""
        return obeyed(self.log.split("\n"))


def obeyed(lines: Iterable[str]) -> list[Command]:
    """Return what the runner obeys of a log."""
    found: list[Command] = []
    token = ""
    for line in lines:
        if token:
            if line.strip() == f"::{token}::":
                token = ""
            continue
        match = _NEW.match(line) or _OLD.search(line)
        if not match or match[1].lower() not in _NAMES:
            continue
        if match[1].lower() == "stop-commands":
            token = match[3]
            continue
        pairs = (one.partition("=") for one in (match[2] or "").split(",") if one)
        properties = {key.strip(): _unescape(value) for key, _, value in pairs}
        found.append(Command(match[1], properties, _unescape(match[3])))
    return found


def _unescape(text: str) -> str:
    for written, sign in (
        ("%0D", "\r"),
        ("%0A", "\n"),
        ("%3A", ":"),
        ("%2C", ","),
        ("%25", "%"),
    ):
        text = text.replace(written, sign)
    return text


def parse_outputs(text: str) -> dict[str, str]:
    """Return what a file of outputs holds, by the runner's rules; fails where it would."""
    found: dict[str, str] = {}
    lines = iter(text.removesuffix("\n").split("\n") if text else ())
    for line in lines:
        name, sign, value = re.fullmatch(r"([^=<]*)(=|<<)(.*)", line, re.DOTALL).groups()  # type: ignore[union-attr]  # it fails there
        if sign == "<<":
            block = []
            while (inner := next(lines)) != value:
                block.append(inner)
            value = "\n".join(block)
        found[name] = value
    return found


def run(
    workspace: Path,
    temporary: Path,
    inputs: Mapping[str, str],
    environment: Mapping[str, str],
    action: Path = ROOT,
) -> Job:
    """Run the action's steps with bash, as a job in that workspace that uses it would."""
    job = Job()
    given = {name: str(one.get("default", "")) for name, one in ACTION["inputs"].items()}
    assert inputs.keys() <= given.keys()
    values = {f"inputs.{name}": value for name, value in {**given, **inputs}.items()}
    for number, step in enumerate(ACTION["runs"]["steps"]):
        folder = temporary / f"step-{number}"
        folder.mkdir(parents=True)
        _step(job, step, values, workspace, folder, environment, action)
        if job.code:
            break
    declared = ACTION["outputs"].items()
    job.outputs = {name: _evaluate(one["value"], values) for name, one in declared}
    return job


def _step(
    job: Job,
    step: dict[str, Any],
    values: dict[str, str],
    workspace: Path,
    folder: Path,
    environment: Mapping[str, str],
    action: Path,
) -> None:
    assert step["shell"] == "bash"
    # Text of others in a script would be run.
    assert "${{" not in step["run"]
    script = folder / "script.sh"
    script.write_text(step["run"])
    files = {name: folder / name for name in ("OUTPUT", "STEP_SUMMARY", "ENV", "PATH")}
    for file in files.values():
        file.touch()
    evaluated: dict[str, str] = {
        name: _evaluate(str(one), values) for name, one in step.get("env", {}).items()
    }
    done = subprocess.run(
        ["bash", "--noprofile", "--norc", "-eo", "pipefail", str(script)],
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        check=False,
        cwd=workspace,
        timeout=600,
        env=os.environ
        | dict(environment)
        | evaluated
        | {f"GITHUB_{name}": str(file) for name, file in files.items()}
        | {"GITHUB_ACTION_PATH": str(action), "GITHUB_ACTIONS": "true", "CI": "true"}
        | {"RUNNER_TEMP": str(folder)},
    )
    job.code = done.returncode
    job.log += done.stdout.decode()
    job.summary += files["STEP_SUMMARY"].read_bytes()
    job.environment += files["ENV"].read_bytes() + files["PATH"].read_bytes()
    told = parse_outputs(files["OUTPUT"].read_text())
    values |= {f"steps.{step['id']}.outputs.{name}": value for name, value in told.items()}


def _evaluate(text: str, values: Mapping[str, str]) -> str:
    return _EXPRESSION.sub(lambda match: values.get(match[1]) or match[2] or "", text)


def checkout(folder: Path) -> Path:
    """Return a copy of what is committed, with what is changed, as the action's own checkout."""
    target = folder / "action"
    listed = subprocess.run(
        ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"],
        cwd=ROOT,
        capture_output=True,
        check=True,
        text=True,
    )
    for name in listed.stdout.split("\0"):
        if (ROOT / name).is_file() and not name.startswith("tests/"):
            (target / name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copy2(ROOT / name, target / name)
    return target
