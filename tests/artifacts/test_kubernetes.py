"""The manifests: confined, wired to each other, and true to the rules and dashboards."""

import json
from pathlib import Path
from typing import Any

import pytest
import yaml
from click.testing import CliRunner

from exporter import __version__
from exporter.artifacts.kubernetes import EXAMPLES, MANIFESTS, monitoring
from exporter.cli import cli
from exporter.config.environment import Environment
from exporter.config.loading import load_release
from tests.alerting.promtool import ROOT

# What `kubectl apply` keeps of an object in its annotation.
LARGEST = 262_144

PLAIN = """
project: caro
release: v1.1.0
milestones: [{name: beta start, planned: 2026-01-13, opens: beta}]
metrics:
  - id: X-1
    title: Crash free
    name: crash_free_ratio
    help: Sessions without a crash.
    unit: percent
    source: {kind: promql, url: "http://localhost:9090", query: crash_free}
    bands:
      - {at_least: 99 %, verdict: pass, text: good}
      - {otherwise: true, verdict: fail, text: bad}
"""

Json = dict[str, Any]


def objects(*names: str) -> list[Json]:
    every = [(ROOT / name).read_text() for name in names or (*MANIFESTS, *EXAMPLES)]
    # Without the list of them, which is no object.
    return [one for text in every for one in yaml.safe_load_all(text) if one and "metadata" in one]


def of_kind(kind: str) -> Json:
    (found,) = [one for one in objects(*MANIFESTS) if one["kind"] == kind]
    return found


@pytest.fixture(scope="module")
def pod() -> Json:
    spec: Json = of_kind("Deployment")["spec"]["template"]["spec"]
    return spec


@pytest.fixture(scope="module")
def container(pod: Json) -> Json:
    (one,) = pod["containers"]
    found: Json = one
    return found


def test_the_pod_follows_the_restricted_profile(pod: Json, container: Json) -> None:
    confined = pod["securityContext"]
    assert confined["runAsNonRoot"] is True
    assert confined["runAsUser"] > 0
    assert confined["seccompProfile"] == {"type": "RuntimeDefault"}
    assert container["securityContext"] == {
        "allowPrivilegeEscalation": False,
        "readOnlyRootFilesystem": True,
        "capabilities": {"drop": ["ALL"]},
    }
    allowed = {"configMap", "secret", "emptyDir", "persistentVolumeClaim"}
    assert all(set(volume) - {"name"} <= allowed for volume in pod["volumes"])
    assert not {"hostNetwork", "hostPID", "hostIPC"} & pod.keys()
    assert "hostPort" not in container["ports"][0]


def test_the_pod_gets_no_credentials_of_the_cluster_and_is_bounded(
    pod: Json, container: Json
) -> None:
    assert pod["automountServiceAccountToken"] is False
    assert container["resources"]["limits"]["memory"] == "512Mi"
    assert container["resources"]["requests"].keys() == {"cpu", "memory"}
    assert container["image"] == f"release-exporter:{__version__}"


def test_probes_ask_for_life_and_for_readiness(container: Json) -> None:
    asked = {
        name: container[name]["httpGet"]["path"]
        for name in ("startupProbe", "livenessProbe", "readinessProbe")
    }
    assert asked == {
        "startupProbe": "/-/healthy",
        "livenessProbe": "/-/healthy",
        "readinessProbe": "/-/ready",
    }


def test_two_pods_never_write_the_same_state() -> None:
    spec = of_kind("Deployment")["spec"]
    assert (spec["replicas"], spec["strategy"]) == (1, {"type": "Recreate"})


def test_every_mount_has_its_volume_and_every_volume_its_object(pod: Json, container: Json) -> None:
    mounted = {one["name"]: one for one in container["volumeMounts"]}
    volumes = {one["name"]: one for one in pod["volumes"]}
    assert mounted.keys() == volumes.keys()
    assert {name for name, one in mounted.items() if not one.get("readOnly")} == {"data", "tmp"}
    named = {(one["kind"], one["metadata"]["name"]) for one in objects()}
    assert ("ConfigMap", volumes["releases"]["configMap"]["name"]) in named
    assert ("Secret", volumes["secrets"]["secret"]["secretName"]) in named
    claim = volumes["data"]["persistentVolumeClaim"]["claimName"]
    assert ("PersistentVolumeClaim", claim) in named
    (settings,) = container["envFrom"]
    assert ("ConfigMap", settings["configMapRef"]["name"]) in named


def test_the_environment_is_known_and_leads_to_what_is_mounted(
    container: Json, monkeypatch: pytest.MonkeyPatch
) -> None:
    for one in container["env"]:
        assert one["name"].removeprefix("RELEASE_EXPORTER_").lower() in Environment.model_fields
        monkeypatch.setenv(one["name"], one["value"])
    settings = Environment()
    mounted = {one["mountPath"] for one in container["volumeMounts"]}
    assert {str(settings.config_file), str(settings.storage_path)} <= mounted
    assert settings.web_listen_address == f":{container['ports'][0]['containerPort']}"


def test_the_service_finds_the_pod_and_its_monitor_finds_the_service() -> None:
    service, monitor = of_kind("Service"), of_kind("ServiceMonitor")
    pod = of_kind("Deployment")["spec"]["template"]
    assert service["spec"]["selector"].items() <= pod["metadata"]["labels"].items()
    (port,) = service["spec"]["ports"]
    assert port["targetPort"] == pod["spec"]["containers"][0]["ports"][0]["name"]
    assert (
        monitor["spec"]["selector"]["matchLabels"].items() <= service["metadata"]["labels"].items()
    )
    (endpoint,) = monitor["spec"]["endpoints"]
    assert (endpoint["port"], endpoint["path"]) == (port["name"], "/metrics")
    policy = of_kind("NetworkPolicy")["spec"]
    assert policy["podSelector"] == of_kind("Deployment")["spec"]["selector"]
    assert policy["ingress"][0]["ports"] == [{"protocol": "TCP", "port": port["targetPort"]}]


def test_a_new_pod_is_the_same_instance_to_prometheus() -> None:
    (endpoint,) = of_kind("ServiceMonitor")["spec"]["endpoints"]
    fixed, dropped = endpoint["relabelings"]
    assert fixed == {"targetLabel": "instance", "replacement": "release-exporter"}
    assert dropped == {"action": "labeldrop", "regex": "pod|container|endpoint"}


def test_the_rules_are_exactly_those_of_the_rule_files() -> None:
    files = sorted((ROOT / "prometheus/rules").glob("*.yml"))
    groups = [group for file in files for group in yaml.safe_load(file.read_text())["groups"]]
    assert len(groups) >= 2
    assert of_kind("PrometheusRule")["spec"]["groups"] == groups


def test_every_dashboard_is_in_a_labelled_config_map_of_its_own() -> None:
    files = {one.name: one.read_text() for one in (ROOT / "grafana/dashboards").glob("*.json")}
    maps = objects("deploy/kubernetes/dashboards.yaml")
    assert {name: json.loads(text) for name, text in files.items()} == {
        name: json.loads(text) for one in maps for name, text in one["data"].items()
    }
    assert all(one["metadata"]["labels"]["grafana_dashboard"] == "1" for one in maps)


def test_dashboards_are_taken_from_their_folder_only() -> None:
    text = '{\n  "uid": "caf\\u00e9",\n  "n": [1, 2.5]\n}\n'
    (one,) = monitoring.dashboards(
        {
            "grafana/dashboards/release-x.json": text,
            "grafana/provisioning/dashboards/x.yaml": "a: b",
            "prometheus/rules/x.yml": "groups: []",
        }
    )
    assert one["metadata"]["name"] == "release-exporter-release-x"
    assert one["data"] == {"release-x.json": '{"uid":"caf\\u00e9","n":[1,2.5]}'}


def test_kubectl_can_apply_every_object_and_every_file() -> None:
    listed = yaml.safe_load((ROOT / "deploy/kubernetes/kustomization.yaml").read_text())[
        "resources"
    ]
    committed = {one.name for one in (ROOT / "deploy/kubernetes").glob("*.yaml")}
    assert set(listed) == committed - {"kustomization.yaml"}
    for one in objects():
        assert len(json.dumps(one)) < LARGEST
    named = [(one["kind"], one["metadata"]["name"]) for one in objects()]
    assert len(named) == len(set(named))


def test_the_example_s_release_file_is_one(tmp_path: Path) -> None:
    maps = [one for one in objects(*EXAMPLES) if one["metadata"]["name"].endswith("-releases")]
    ((name, text),) = maps[0]["data"].items()
    (tmp_path / name).write_text(text)
    assert load_release(tmp_path / name, name).project == "my-project"


def test_an_installation_gets_manifests_with_its_own_rules_when_it_asks(tmp_path: Path) -> None:
    (tmp_path / "release.yaml").write_text(PLAIN)
    asked = ["generate", "--config", str(tmp_path / "release.yaml"), "--out"]
    for folder, more in (("without", []), ("with", ["--kubernetes"])):
        result = CliRunner().invoke(cli, [*asked, str(tmp_path / folder), *more])
        assert result.exit_code == 0, result.output
    assert not (tmp_path / "without/deploy").exists()
    made = {str(one.relative_to(tmp_path / "with")) for one in (tmp_path / "with").rglob("*.yaml")}
    assert set(MANIFESTS) <= made
    assert not set(EXAMPLES) & made
    text = (tmp_path / "with/deploy/kubernetes/monitoring.yaml").read_text()
    assert "crash_free_ratio" in text
    result = CliRunner().invoke(cli, ["generate", "--kubernetes"])
    assert "--kubernetes is for an installation" in str(result.exception)
