"""What the cluster says is what the embedded engine says: every sample, to the last digit."""

import shutil
from collections.abc import Iterator
from datetime import UTC, date, datetime
from pathlib import Path

import pytest

from exporter.collectors.telemetry import Settings, request_for
from exporter.model import Context, Reason
from exporter.spark import folder as spark_folder
from exporter.spark.folder import Folder
from exporter.telemetry.client import Client, on_cluster
from exporter.telemetry.folder import Folder as EmbeddedFolder
from tests.releases import plan_of
from tests.spark import made
from tests.spark.real.conftest import DEADLINE, Make
from tests.telemetry.exports import Exports, event, text

pytestmark = pytest.mark.spark

EXAMPLE = Path(__file__).parents[3] / "examples" / "caro-v1.1.0" / "telemetry"


@pytest.fixture
def client() -> Iterator[Client]:
    one = on_cluster()
    yield one
    one.close()


def test_the_example_release_reads_the_same(
    exports: Exports, spark_request: Make, client: Client
) -> None:
    shutil.copytree(EXAMPLE, exports.folder, dirs_exist_ok=True)
    here, there = exports.reply(), client.ask(spark_request(), DEADLINE)
    assert here.reading.read > 100
    assert there == here


def test_everything_that_exports_can_hold_reads_the_same(
    exports: Exports, spark_request: Make, monkeypatch: pytest.MonkeyPatch
) -> None:
    exports.at(plan=plan_of(), now=made.NOW)
    made.fill(exports)
    here = exports.reply()
    spark = Folder(spark_request())
    there = spark.read(made.NOW.timestamp())
    assert {Reason.CONFLICT, Reason.TIME, Reason.SYNTAX} < here.reading.rejected.keys()
    assert len(here.reading.rejections) == 100
    assert len(here.reading.findings) == 100
    assert there.reading.samples == here.reading.samples
    assert there == here

    # A time a day ahead may be one tomorrow; a folder of the past stays what it is.
    exports.at(now=datetime(2026, 4, 10, tzinfo=UTC))
    exports.restart()
    later = exports.context.now.timestamp()
    assert spark.read(later).reading == exports.reply().reading
    monkeypatch.setattr(spark_folder, "connected", None)  # nothing is new: nobody is asked
    assert spark.read(later + 60).decoded == 0


def test_a_day_that_is_over_and_its_record_are_the_same(
    exports: Exports, spark_request: Make, client: Client, tmp_path: Path
) -> None:
    exports.at(now=made.NOW)
    made.fill(exports)
    shutil.rmtree(exports.folder / "large")
    day = date(2026, 3, 8)
    request = request_for(Settings(), exports.context)
    here = EmbeddedFolder(request).read(request.now, day, tmp_path / "here.json")
    there = client.ask(spark_request(day=day, raw=tmp_path / "there.json"), DEADLINE)
    assert there == here
    record = (tmp_path / "there.json").read_bytes()
    assert record.count(b"\n") > 50
    assert record == (tmp_path / "here.json").read_bytes()


def test_only_what_is_new_is_decoded_and_broken_files_keep_their_last_good_content(
    exports: Exports, spark_request: Make, client: Client
) -> None:
    exports.write("1.json", text(event(), event(id="b")))
    exports.write("2.json", text(event(id="c")))
    assert client.ask(spark_request(), DEADLINE) == exports.reply()
    exports.write("2.json", text(event(id="c"))[:40])
    exports.write("3.json", text(event(id="d")))
    here, there = exports.reply(), client.ask(spark_request(), DEADLINE)
    assert here.reading.read == 4
    assert there == here


def test_a_folder_with_nothing_but_broken_exports_says_so(
    exports: Exports, spark_request: Make, client: Client, context: Context
) -> None:
    exports.write("1.json", text(event())[:40])
    here, there = exports.reply(), client.ask(spark_request(), DEADLINE)
    assert here.reading.read == 0
    assert there == here
    assert context.now.timestamp() == spark_request().now
