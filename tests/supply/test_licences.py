from email.message import Message

import pytest

from tests.supply.licences import PAGE, is_allowed, licence_of, licences, page


def test_every_package_that_is_built_upon_has_an_allowed_licence() -> None:
    assert len(licences()) > 30
    assert {name: one for name, one in licences().items() if not is_allowed(one)} == {}


def test_the_list_for_people_follows() -> None:
    assert PAGE.read_text("utf-8") == page()


@pytest.mark.parametrize(
    ("fields", "licence"),
    [
        ((), "none told"),
        ([("License-Expression", "MIT AND GPL-3.0-only")], "MIT AND GPL-3.0-only"),
        ([("License-Expression", "(MIT)")], "(MIT)"),
        ([("License", "see LICENSE")], "see LICENSE"),
        ([("Classifier", "License :: OSI Approved :: BSD License")], "BSD License"),
        (
            [
                ("Classifier", "License :: OSI Approved :: MIT License"),
                ("Classifier", "License :: Other/Proprietary License"),
            ],
            "MIT AND Other/Proprietary License",
        ),
    ],
)
def test_what_is_unknown_or_unclear_is_refused(fields: list[tuple[str, str]], licence: str) -> None:
    metadata = Message()
    for name, value in fields:
        metadata[name] = value
    told = licence_of("some-package", metadata)  # type: ignore[arg-type]  # a message it is
    assert told == licence
    assert not is_allowed(told)


def test_of_alternatives_one_allowed_licence_is_enough_and_of_parts_it_is_not() -> None:
    assert is_allowed("GPL-2.0-only OR MIT")
    assert not is_allowed("GPL-2.0-only AND MIT")
