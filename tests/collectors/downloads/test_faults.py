"""Each endpoint fails in each way: an error of its class, no value, and back in the next cycle."""

from dataclasses import replace
from datetime import datetime
from pathlib import Path

import pytest

from exporter.collectors.settings import HOUR
from exporter.model import ErrorClass
from exporter.recorded.faults import KINDS
from tests.collectors.downloads.registries import (
    DAY,
    FIRST,
    PUBLISHED,
    WEEK,
    Registries,
    at,
    counted,
)

AUTH, LIMITED, MALFORMED = ErrorClass.AUTH, ErrorClass.RATE_LIMITED, ErrorClass.MALFORMED
SERVER, TIMEOUT = ErrorClass.SERVER, ErrorClass.TIMEOUT

CLASSES = {
    "unauthorized": AUTH,
    "forbidden": AUTH,
    "primary_limit": LIMITED,
    "secondary_limit": LIMITED,
    "not_found": ErrorClass.NOT_FOUND,
    "gone": ErrorClass.NOT_FOUND,
    "unprocessable": MALFORMED,
    "429_seconds": LIMITED,
    "429_date": LIMITED,
    "429_nonsense": LIMITED,
    "429": LIMITED,
    "500": SERVER,
    "502": SERVER,
    "503": SERVER,
    "timeout": TIMEOUT,
    "reset": SERVER,
    "truncated": SERVER,
    "dripping": TIMEOUT,
    "wrong_type": MALFORMED,
    "not_json": MALFORMED,
    "html": MALFORMED,
    "gzip_bomb": MALFORMED,
    "redirect_loop": MALFORMED,
    "cross_host": MALFORMED,
    "empty": MALFORMED,
}

# In the order in which they are asked; each begins with the one before.
ENDPOINTS = [
    ("crates.io", "/api/v1/crates/caro"),
    ("crates.io", "/api/v1/crates/caro/1.1.0"),
    ("crates.io", "/api/v1/crates/caro/1.1.0/downloads"),
    ("pypi", "/api/packages/caro/overall"),
    ("npm", "/downloads/point/last-week"),
    ("npm", "/versions/caro/last-week"),
    ("npm", "/downloads/range"),
]


@pytest.fixture
def published(registries: Registries) -> Registries:
    """Return the registries with a whole week on each of them."""
    registries.crate(FIRST + 7 * DAY)
    registries.python(FIRST + 6 * DAY)
    registries.node(FIRST + 6 * DAY)
    return registries


def test_every_kind_of_fault_is_tried() -> None:
    assert set(CLASSES) == set(KINDS)
    assert len(KINDS) >= 20


@pytest.mark.parametrize("kind", CLASSES)
def test_a_fault_is_an_error_of_its_class_and_no_value(
    published: Registries, kind: str, tmp_path: Path
) -> None:
    # Its own parameter is in no description.
    published.hostile = kind == "redirect_loop"
    deadline = "700ms" if CLASSES[kind] is TIMEOUT else "30s"
    for number, (registry, path) in enumerate(ENDPOINTS):
        state, shared = tmp_path / f"state{number}", tmp_path / f"shared{number}"
        published.context = replace(published.context, state=state, shared=shared)
        published.server.heal()
        published.server.fault(path, kind)
        error = published.refused(registry, at(7), published=PUBLISHED, deadline=deadline)
        assert (path, error.kind) == (path, CLASSES[kind])
        assert "canary" not in str(error)
        assert "\n" not in str(error)
        published.server.heal()
        assert whole(published, registry, at(7) + HOUR)


@pytest.mark.parametrize(("registry", "path"), ENDPOINTS[-3:])
def test_nothing_of_a_week_is_kept_that_was_half_read(
    published: Registries, registry: str, path: str
) -> None:
    published.server.fault(path, "500")
    published.refused(registry, at(7), published=PUBLISHED)
    assert not list(published.context.state.glob("npm-week.json"))


def whole(registries: Registries, registry: str, now: datetime) -> bool:
    return counted(registries.read(registry, now, published=PUBLISHED)) == (WEEK, 7)
