"""What each service of the stack must have, and must not: a table of checks on the Compose file."""

import re
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import yaml

ROOT = Path(__file__).parents[2]
ONCE = ("setup", "blocks")

Service = Mapping[str, Any]

# Each of these hands the host, or a part of it, to a container.
_DANGEROUS = (
    *("privileged", "cap_add", "devices", "network_mode", "pid", "ipc", "userns_mode"),
    *("env_file", "extends", "volumes_from"),
)
_PINNED = re.compile(r"[a-z./-]+:v?\d+\.\d+\.\d+")
_LOOPBACK = re.compile(r"127\.0\.0\.1:\d+:\d+")
_OWN_FILE = re.compile(
    r"(\./compose/[\w.]+|\$\{PROMETHEUS_CONFIG:-\./prometheus/[\w.]+\}):/[\w./]+:ro"
)
_VOLUME = re.compile(r"[a-z]+:/[\w./-]+(:ro)?(,nocopy|:nocopy)?")


def load_services(name: str) -> dict[str, dict[str, Any]]:
    """Return the services of a Compose file by their names."""
    services: dict[str, dict[str, Any]] = yaml.safe_load((ROOT / name).read_text())["services"]
    return services


def _serves(service: Service) -> bool:
    return bool(service["restart"] != "no")


def _has_health_check(service: Service) -> bool:
    check = service["healthcheck"]
    if not _serves(service):
        return bool(check["disable"])
    # The exporter's is in its image.
    return "build" in service or bool(check["test"][0] == "CMD")


def _can_end(service: Service) -> bool:
    if not _serves(service):
        return True
    return bool(service["restart"] == "unless-stopped" and service["stop_grace_period"])


def _rotates(service: Service) -> bool:
    return bool({"max-size", "max-file"} <= service["logging"]["options"].keys())


def _mounts(service: Service) -> bool:
    volumes = service.get("volumes", [])
    return all(_OWN_FILE.fullmatch(one) or _VOLUME.fullmatch(one) for one in volumes)


def _waits(service: Service) -> bool:
    waits = service.get("depends_on", {})
    conditions = {"service_healthy", "service_completed_successfully"}
    return isinstance(waits, dict) and all(one["condition"] in conditions for one in waits.values())


def _names_no_secret(service: Service) -> bool:
    named = re.compile("PASSWORD|SECRET|TOKEN|API_URL")
    variables = service.get("environment", {}).items()
    return all(
        not value or (name.endswith("_FILE") and str(value).startswith(("/", "${")))
        for name, value in variables
        if named.search(name)
    )


CHECKS: dict[str, Callable[[Service], Any]] = {
    "runs as a numbered user that is not root": lambda x: int(x["user"].split(":")[0]) > 0,
    "has a root file system that is read only": lambda x: x["read_only"] is True,
    "has no capability": lambda x: x["cap_drop"] == ["ALL"],
    "gains no privilege": lambda x: "no-new-privileges:true" in x["security_opt"],
    "is limited in memory": lambda x: re.fullmatch(r"\d+[mg]", x["mem_limit"]),
    "is limited in processes": lambda x: 0 < x["pids_limit"] <= 256,
    "rotates its log": _rotates,
    "has a health check if it serves": _has_health_check,
    "starts again, and may end in peace": _can_end,
    "is of an exact version, or built here": lambda x: (
        "build" in x or _PINNED.fullmatch(x["image"])
    ),
    "listens on this machine only": lambda x: all(map(_LOOPBACK.fullmatch, x.get("ports", []))),
    "mounts named volumes and own files only": _mounts,
    "waits for what it needs": _waits,
    "names secrets by file": _names_no_secret,
    "is handed nothing of the host": lambda x: not x.keys() & set(_DANGEROUS),
}


def findings(service: Service) -> list[str]:
    """Return the checks that the service does not pass; what is not written fails too."""
    return [name for name, check in CHECKS.items() if not _passes(check, service)]


def _passes(check: Callable[[Service], Any], service: Service) -> bool:
    try:
        return bool(check(service))
    except (KeyError, ValueError):
        return False
