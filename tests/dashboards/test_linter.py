"""The rules of Grafana's dashboard-linter, and what provisioning asks for beside them.

Its four rules about `job` and `instance` are left out on purpose, as grafana/dashboards/.lint tells
it too: two exporters of one release are one line, so both labels are aggregated away.
"""

import re

import pytest
import yaml

from exporter.dashboards.model import Json
from tests.dashboards.reading import FOLDER, UIDS, expressions, load, panels

VIEWS = pytest.mark.parametrize("view", [load(uid) for uid in UIDS], ids=UIDS)
# Of the linter's own list; what stands in overrides is not looked at.
UNITS = {"none", "short", "percentunit", "s", "bytes", "dateTimeAsIso"}
MATCHER_RULES = {
    "template-job-rule",
    "template-instance-rule",
    "target-job-rule",
    "target-instance-rule",
}


@VIEWS
def test_there_is_one_data_source_variable_and_everything_uses_it(view: Json) -> None:
    (variable,) = (one for one in view["templating"]["list"] if one["type"] == "datasource")
    assert (variable["name"], variable["label"]) == ("datasource", "Data source")
    assert variable["query"] == "prometheus"
    used = [
        *(panel["datasource"] for panel in panels(view)),
        *(target["datasource"] for panel in panels(view) for target in panel["targets"]),
        *(one["datasource"] for one in view["annotations"]["list"]),
        *(one["datasource"] for one in view["templating"]["list"] if one["type"] == "query"),
    ]
    assert all(one == {"type": "prometheus", "uid": "${datasource}"} for one in used)


@VIEWS
def test_variables_are_asked_by_a_function_and_again_with_the_time(view: Json) -> None:
    for one in view["templating"]["list"]:
        if one["type"] == "query":
            assert re.fullmatch(r"(label_values|query_result)\(.+\)", one["query"])
            assert one["refresh"] == 2


@VIEWS
def test_every_panel_has_title_description_unit_query_and_says_what_no_data_is(view: Json) -> None:
    for panel in panels(view):
        assert panel["title"]
        assert len(panel["description"]) > 20
        assert panel["targets"]
        defaults = panel["fieldConfig"]["defaults"]
        # A suffix is no unit to the linter, unless values are mapped to words.
        mapped = defaults["unit"].startswith("suffix:") and "'mappings'" in str(
            panel["fieldConfig"]
        )
        assert defaults["unit"] in UNITS or mapped, panel["title"]
        assert defaults["noValue"]


@VIEWS
def test_counters_are_only_asked_for_their_increase_over_the_rate_interval(view: Json) -> None:
    for _, expr in expressions(view):
        assert "$__interval" not in expr
        for counter in re.finditer(r"\w+_total\b", expr):
            before = expr[: counter.start()]
            after = re.sub(r"^\{[^}]*\}", "", expr[counter.end() :])
            assert re.search(r"(rate|increase)\($", before), expr
            assert after.startswith("[$__rate_interval]"), expr


@VIEWS
def test_it_can_be_provisioned_as_it_is(view: Json) -> None:
    assert "__inputs" not in view
    assert "${DS_" not in str(view)
    assert view["id"] is None
    assert view["editable"] is False
    assert 36 <= view["schemaVersion"] <= 39
    assert "release-exporter" in view["tags"]


@VIEWS
def test_panels_have_ids_of_their_own_and_do_not_overlap(view: Json) -> None:
    ids = [panel["id"] for panel in view["panels"]]
    assert len(ids) == len(set(ids))
    cells = [
        (x, y)
        for panel in view["panels"]
        for x in range(panel["gridPos"]["x"], panel["gridPos"]["x"] + panel["gridPos"]["w"])
        for y in range(panel["gridPos"]["y"], panel["gridPos"]["y"] + panel["gridPos"]["h"])
    ]
    assert len(cells) == len(set(cells))
    assert max(x for x, _ in cells) < 24


@VIEWS
def test_job_and_instance_never_reach_a_panel(view: Json) -> None:
    for title, expr in expressions(view):
        aggregated = re.search(r"\b(min|max|sum|count|sort_desc)( by \([^)]*\))? ?\(", expr)
        assert aggregated, (title, expr)
        for labels in re.findall(r"\bby \(([^)]*)\)", expr):
            assert not {"job", "instance"} & set(labels.split(", ")), (title, expr)


@VIEWS
def test_no_query_makes_a_number_out_of_missing_data(view: Json) -> None:
    for _, expr in expressions(view):
        assert not re.search(r"\b(vector|absent|absent_over_time)\b", expr)


def test_the_linters_own_file_excludes_the_matcher_rules_and_nothing_else_whole() -> None:
    content = yaml.safe_load((FOLDER / ".lint").read_text("utf-8"))
    whole = {name for name, one in content["exclusions"].items() if "entries" not in one}
    assert whole == MATCHER_RULES
    assert all(one["reason"] for one in content["exclusions"].values())
