import copy
from typing import Any

import pytest

from tests.compose.audit import CHECKS, ONCE, findings, load_services

SERVICES = load_services("docker-compose.yml")
RELEASE = load_services("compose.release.yml")

# What breaks each check, and nothing else.
BROKEN: dict[str, dict[str, Any]] = {
    "runs as a numbered user that is not root": {"user": "0:0"},
    "has a root file system that is read only": {"read_only": False},
    "has no capability": {"cap_drop": ["NET_RAW"]},
    "gains no privilege": {"security_opt": []},
    "is limited in memory": {"mem_limit": ""},
    "is limited in processes": {"pids_limit": -1},
    "rotates its log": {"logging": {"driver": "json-file", "options": {}}},
    "has a health check if it serves": {"healthcheck": {"test": ["NONE"]}},
    "starts again, and may end in peace": {"restart": "always"},
    "is of an exact version, or built here": {"image": "grafana/grafana:latest"},
    "listens on this machine only": {"ports": ["3000:3000"]},
    "mounts named volumes and own files only": {
        "volumes": ["/var/run/docker.sock:/var/run/docker.sock:ro"]
    },
    "waits for what it needs": {"depends_on": ["setup"]},
    "names secrets by file": {"environment": {"GF_SECURITY_ADMIN_PASSWORD": "admin"}},
    "is handed nothing of the host": {"network_mode": "host"},
}


@pytest.mark.parametrize("name", SERVICES)
def test_every_service_passes_every_check(name: str) -> None:
    assert findings(SERVICES[name]) == []


@pytest.mark.parametrize("check", CHECKS)
def test_each_check_finds_what_is_wrong(check: str) -> None:
    assert findings(copy.deepcopy(SERVICES["grafana"]) | BROKEN[check]) == [check]


def test_a_service_that_says_nothing_passes_hardly_any_check() -> None:
    assert len(findings({"image": "grafana/grafana"})) >= len(CHECKS) - 5


def test_a_real_installation_opens_and_weakens_nothing() -> None:
    allowed = {"command", "environment", "secrets", "volumes", "profiles"}
    for name, changes in RELEASE.items():
        assert changes.keys() <= allowed, name
        assert "names secrets by file" not in findings(SERVICES[name] | changes)
        assert all(volume.endswith(":ro") for volume in changes.get("volumes", []))


def test_only_setup_and_blocks_end_by_themselves() -> None:
    assert {name for name, one in SERVICES.items() if one["restart"] == "no"} == set(ONCE)


def test_grafana_has_no_password_that_anybody_knows() -> None:
    environment = SERVICES["grafana"]["environment"]
    assert "GF_SECURITY_ADMIN_PASSWORD" not in environment
    assert {"GF_SECURITY_ADMIN_PASSWORD__FILE", "GF_SECURITY_SECRET_KEY__FILE"} <= set(environment)


def test_who_has_not_logged_in_may_look_at_the_example_only() -> None:
    assert SERVICES["grafana"]["environment"]["GF_AUTH_ANONYMOUS_ORG_ROLE"] == "Viewer"
    assert RELEASE["grafana"]["environment"]["GF_AUTH_ANONYMOUS_ENABLED"] == "false"
