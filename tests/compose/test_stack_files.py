"""The stack's other files: image, Prometheus, and the names by which the parts know each other."""

import re
from typing import Any

import yaml

from exporter import cli
from exporter.alerting.receivers import CATCHER
from exporter.dashboards.provisioning import PROMETHEUS as DATASOURCE
from tests.compose.audit import ROOT, load_services

SERVICES = load_services("docker-compose.yml")
DOCKERFILE = (ROOT / "Dockerfile").read_text()
PROMETHEUS: dict[str, Any] = yaml.safe_load((ROOT / "prometheus/prometheus.yml").read_text())


def test_the_image_is_made_from_one_exact_base() -> None:
    bases = re.findall(r"^FROM (\S+)", DOCKERFILE, re.MULTILINE)
    assert re.fullmatch(r"python:3\.\d+\.\d+-slim", bases[0])
    # The last one is copied together from those before it.
    assert bases == [bases[0], bases[0], "scratch"]
    assert f'base.name="docker.io/library/{bases[0]}"' in DOCKERFILE


def test_the_image_installs_nothing_that_the_lock_does_not_name() -> None:
    joined = re.sub(r"\s*\\\n\s*", " ", DOCKERFILE)
    fetched, *offline = re.findall(r"-m pip ([^&\n]+)", joined)
    assert fetched.startswith("download ")
    assert "--require-hashes --dest /wheels -r requirements.txt" in fetched
    assert len(offline) == 3
    assert all("--no-index" in one for one in offline)
    build, root, final = re.split(r"^FROM ", joined, flags=re.MULTILINE)[1:]
    assert not re.search(r"apt-get|curl|wget|^ADD", root, re.MULTILINE)
    assert not re.search(r"^(ADD|RUN)", final, re.MULTILINE)
    # What strips libraries stays behind with the stage that builds.
    assert re.findall(r"apt-get install (?:-\S+ )*([^>&\n]+?) *[>&]", build) == ["binutils"]
    assert not re.search(r"curl|wget|^ADD", build, re.MULTILINE)


def test_the_image_is_for_every_processor_and_every_builder() -> None:
    instructions = re.sub(r"^#.*$", "", DOCKERFILE, flags=re.MULTILINE)
    assert not re.search(r"amd64|x86_64|--platform|--mount|<<|--chmod|--link", instructions)


def test_the_image_runs_as_nobody_and_takes_signals_itself() -> None:
    assert re.findall(r"^USER (.+)", DOCKERFILE, re.MULTILINE) == ["10150:10150"]
    assert 'ENTRYPOINT ["release-exporter"]' in DOCKERFILE
    assert re.search(r'^HEALTHCHECK .*\n  CMD \["python"', DOCKERFILE, re.MULTILINE)


def test_nothing_of_a_clone_gets_into_the_image_unnamed() -> None:
    lines = [
        line
        for line in (ROOT / ".dockerignore").read_text().splitlines()
        if not line.startswith("#")
    ]
    assert lines[0] == "*"
    named = [line[1:] for line in lines if line.startswith("!")]
    assert all((ROOT / name).exists() for name in named)
    assert not {".env", "data", ".git", "secrets"} & set(named)


def test_prometheus_gives_live_series_the_labels_that_backfill_gives_the_past() -> None:
    defaults = {one.name: one.default for one in cli.backfill.params}
    (scrape,) = (one for one in PROMETHEUS["scrape_configs"] if one["job_name"] == defaults["job"])
    (target,) = scrape["static_configs"]
    assert target == {
        "targets": ["exporter:10150"],
        "labels": {"instance": defaults["instance"]},
    }


def test_the_parts_know_each_other_by_the_services_names() -> None:
    (alerting,) = PROMETHEUS["alerting"]["alertmanagers"]
    addresses = [
        alerting["static_configs"][0]["targets"][0],
        f"{CATCHER.smtp_host}:{CATCHER.smtp_port}",
        DATASOURCE.removeprefix("http://"),
        *(
            target
            for scrape in PROMETHEUS["scrape_configs"]
            for target in scrape["static_configs"][0]["targets"]
        ),
    ]
    hosts = {address.partition(":")[0] for address in addresses} - {"localhost"}
    assert hosts == SERVICES.keys() - {"setup", "blocks", "grafana"}


def test_links_in_messages_lead_to_where_the_programs_can_be_reached() -> None:
    for name, port in (("prometheus", 9090), ("alertmanager", 9093)):
        flag = f"--web.external-url=${{{name.upper()}_URL:-http://localhost:{port}}}"
        assert flag in SERVICES[name]["command"]
        assert SERVICES[name]["ports"] == [f"127.0.0.1:{port}:{port}"]


def test_every_volume_is_declared_and_used() -> None:
    declared = yaml.safe_load((ROOT / "docker-compose.yml").read_text())["volumes"]
    used = {
        volume.partition(":")[0] for one in SERVICES.values() for volume in one.get("volumes", [])
    }
    assert {name for name in used if not name.startswith((".", "$"))} == declared.keys()


def test_the_example_of_an_env_file_names_what_the_files_read_and_no_secret() -> None:
    files = "".join(
        (ROOT / name).read_text() for name in ("docker-compose.yml", "compose.release.yml")
    )
    read = set(re.findall(r"\$\{(\w+)", files)) | {"COMPOSE_FILE"}
    text = (ROOT / "compose/env.example").read_text()
    written = dict(re.findall(r"^#?([A-Z_]+)=(.+)$", text, re.MULTILINE))
    assert written.keys() <= read
    assert written["COMPOSE_FILE"] == "docker-compose.yml:compose.release.yml"
    assert not any("PASSWORD" in name and not name.endswith("_FILE") for name in written)
