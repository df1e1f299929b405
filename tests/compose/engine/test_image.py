"""The exporter's image: its size, what is in it, and its health behind a web file."""

import json
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.certificates import Authority
from tests.compose.engine.stack import docker
from tests.live.conftest import until
from tests.live.test_web_file import ALICE, WEB, hashed

pytestmark = [pytest.mark.engine, pytest.mark.usefixtures("images")]

IMAGE = "release-exporter:local"
MB = 10**6
LARGEST = 250 * MB
IDLE = 120 * 2**20
SCRAPE = (
    "import urllib.request as r; print(r.urlopen('http://127.0.0.1:10150/metrics').read().decode())"
)


def inspected(image: str) -> Any:
    return json.loads(docker("image", "inspect", image))[0]


def run(*command: str) -> str:
    entry, *arguments = command
    return docker("run", "--rm", "--network=none", "--entrypoint", entry, IMAGE, *arguments)


def test_the_image_is_small() -> None:
    size = inspected(IMAGE)["Size"]
    sys.stdout.write(f"image {size / MB:.0f} MB\n")
    assert size <= LARGEST


def test_nobody_becomes_root_in_the_image() -> None:
    asked = ("--user=0", "--entrypoint=find", IMAGE, "/", "-xdev", "-type", "f", "-perm", "/6000")
    assert docker("run", "--rm", "--network=none", *asked) == ""


def test_no_installer_of_python_is_in_the_image() -> None:
    missing = "import importlib.util as u; print(u.find_spec('pip'), u.find_spec('ensurepip'))"
    assert run("/usr/bin/env", "python3", "-c", missing) == "None None"


SITE = "/opt/release-exporter/lib/python3.13/site-packages"
LISTED = (
    "import importlib.metadata as m; "
    f"print(*(f'{{x.name}}={{x.version}}'.lower() for x in m.distributions(path=['{SITE}'])))"
)


def test_nothing_that_builds_installs_or_tests_is_in_the_image() -> None:
    packages = dict(one.split("=") for one in run("python", "-c", LISTED).split())
    assert "release-exporter" in packages
    assert not {"hatchling", "editables", "pip", "setuptools", "wheel", "pytest"} & set(packages)
    assert run("find", "/opt/release-exporter", "-name", "tests", "-o", "-name", "*.pyi") == ""


def test_the_image_holds_what_its_bill_of_materials_says_is_needed() -> None:
    path = run("find", SITE, "-path", "*/release_exporter-*/sboms/*.json")
    bill = json.loads(run("cat", path))
    needed = {
        f"{one['name']}={one['version']}"
        for one in bill["components"]
        if one["scope"] == "required"
    }
    packages = {one.replace("_", "-") for one in run("python", "-c", LISTED).split()}
    ours = {one for one in packages if one.startswith("release-exporter=")}
    assert packages - ours <= needed
    # Of several versions that the lock has for several Pythons, one is there.
    assert {one.split("=")[0] for one in needed} == {x.split("=")[0] for x in packages - ours}


def test_every_part_of_the_exporter_can_be_imported_from_it() -> None:
    every = (
        "import exporter, importlib, pkgutil\n"
        "for one in pkgutil.walk_packages(exporter.__path__, 'exporter.'):\n"
        "    if not one.name.endswith('__main__'): importlib.import_module(one.name)\n"
        "import cryptography.hazmat.primitives.serialization, jwt.algorithms, httpx\n"
        "httpx.Client(); print('all')"
    )
    assert run("python", "-W", "error", "-c", every) == "all"


@pytest.fixture
def secured(tmp_path: Path) -> Iterator[str]:
    """Return a container that serves the example behind TLS, client certificates and a password."""
    Authority(tmp_path).issue("server")
    (tmp_path / "web.yml").write_text(WEB.format(hashed=hashed(ALICE[1])))
    for one in (tmp_path.parent.parent, tmp_path.parent, tmp_path):
        one.chmod(0o755)
    for one in tmp_path.iterdir():
        one.chmod(0o644)
    container = docker(
        *("run", "--detach", "--read-only", "--tmpfs=/tmp", "--health-interval=1s"),
        *("--volume", f"{tmp_path}:/web:ro", "--volume=/home/release/data"),
        *("--env", "RELEASE_EXPORTER_WEB_CONFIG_FILE=/web/web.yml", IMAGE, "demo"),
    )
    yield container
    docker("rm", "--force", "--volumes", container)


def health(container: str) -> str:
    return docker("inspect", "--format", "{{.State.Health.Status}}", container)


def test_behind_a_web_file_it_is_healthy_until_that_file_goes_wrong(
    secured: str, tmp_path: Path
) -> None:
    until(lambda: health(secured) == "healthy", 60)
    (tmp_path / "web.yml").write_text("basic_auth_user: {}")
    until(lambda: health(secured) == "unhealthy", 60)
    (tmp_path / "web.yml").write_text(WEB.format(hashed=hashed(ALICE[1])))
    until(lambda: health(secured) == "healthy", 60)


@pytest.fixture(scope="module")
def serving() -> Iterator[str]:
    """Return a container that serves the example and reaches nobody."""
    options = ("--read-only", "--tmpfs=/tmp", "--network=none", "--health-interval=1s")
    container = docker("run", "--detach", *options, "--volume=/home/release/data", IMAGE, "demo")
    until(lambda: health(container) == "healthy", 90)
    yield container
    docker("rm", "--force", "--volumes", container)


def test_every_source_of_the_example_can_be_read_in_the_image(serving: str) -> None:
    told = docker("exec", serving, "python", "-c", SCRAPE)
    up = dict(re.findall(r'^release_source_up{.*source="(\w+)"} (\S+)', told, re.MULTILINE))
    assert len(up) == 9
    assert set(up.values()) == {"1.0"}


def resident(container: str) -> int:
    """Return the bytes of every process in it; what they share is counted for each."""
    listed = docker("top", container, "-o", "pid,rss,args").splitlines()[1:]
    return sum(int(line.split()[1]) * 1024 for line in listed)


def test_an_idle_exporter_is_small(serving: str) -> None:
    until(lambda: 0 < resident(serving) <= IDLE)
    sys.stdout.write(f"idle {resident(serving) / 2**20:.0f} MiB\n")


def test_the_image_that_is_not_ready_says_so() -> None:
    command = ["docker", "run", "--rm", "--network=none", "--entrypoint=python", IMAGE]
    done = subprocess.run(
        [*command, "-m", "exporter.server.probe"], check=False, capture_output=True, text=True
    )
    assert (done.returncode, done.stdout) == (1, "no answer: ConnectionRefusedError\n")
