"""The settings of telemetry on a cluster: what is taken, and what is said about the rest."""

from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from pydantic import ValidationError

from exporter.collectors.telemetry import Settings, request_for
from exporter.model import Context
from exporter.telemetry.protocol import Cluster

MASTER = "spark://127.0.0.1:7077"


def settings(**spark: Any) -> Settings:
    return Settings.model_validate({"engine": "spark", "spark": {"master": MASTER} | spark})


def test_by_default_no_cluster_is_asked(context: Context) -> None:
    assert request_for(Settings(), context).cluster is None


def test_the_driver_is_on_loopback_until_told_otherwise(context: Context) -> None:
    request = request_for(settings(), context)
    assert request.cluster == Cluster(MASTER, "127.0.0.1")
    assert request.state == str(context.state / "events")


def test_a_shared_folder_keeps_releases_apart(context: Context) -> None:
    shared = settings(folder="/mnt/shared")
    states = {
        request_for(shared, replace(context, release=name)).state for name in ("v1.1.0", "v1.2.0")
    }
    assert states == {f"/mnt/shared/caro/{name}/events" for name in ("v1.1.0", "v1.2.0")}


def test_everything_that_can_be_set_reaches_the_engine(context: Context) -> None:
    written = settings(address="10.0.0.5", python="/opt/v/bin/python", cores=8, memory="4g")
    expected = Cluster(MASTER, "10.0.0.5", "/opt/v/bin/python", 8, "4g")
    assert request_for(written, context).cluster == expected


@pytest.mark.parametrize(
    ("written", "said"),
    [
        ({"engine": "spark"}, "engine: spark needs `spark: {master: spark://host:7077}`"),
        ({"spark": {"master": MASTER}}, "write `engine: spark` beside it"),
        ({"engine": "spork"}, "'embedded' or 'spark'"),
        ({"engine": "spark", "spark": {}}, "Field required"),
        ({"engine": "spark", "spark": {"master": "yarn"}}, "a standalone cluster's master such as"),
        ({"engine": "spark", "spark": {"master": "spark://u:p@h:1"}}, "a standalone cluster's"),
        ({"engine": "spark", "spark": {"master": MASTER, "folder": "x"}}, "from / on"),
        ({"engine": "spark", "spark": {"master": MASTER, "address": "here"}}, "IPv4 or IPv6"),
        ({"engine": "spark", "spark": {"master": MASTER, "memory": "much"}}, "512m or 2g"),
        ({"engine": "spark", "spark": {"master": MASTER, "cores": 0}}, "greater than 0"),
        ({"engine": "spark", "spark": {"master": MASTER, "secret": "x"}}, "Extra inputs"),
    ],
)
def test_a_mistake_is_said_with_its_fix(written: dict[str, Any], said: str) -> None:
    with pytest.raises(ValidationError) as error:
        Settings.model_validate(written)
    assert said in str(error.value)


def test_several_masters_are_one_cluster() -> None:
    Settings.model_validate(
        {"engine": "spark", "spark": {"master": "spark://a:7077,b.example:7077"}}
    )


def test_the_folder_of_a_relative_storage_is_whole(
    context: Context, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.chdir(tmp_path)
    request = request_for(settings(), replace(context, state=Path("data/state")))
    assert request.state == str(tmp_path / "data" / "state" / "events")
