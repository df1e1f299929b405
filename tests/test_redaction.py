from exporter.model import (
    ErrorClass,
    Finding,
    Inapplicable,
    Reading,
    Reason,
    Rejection,
    Sample,
    SourceError,
)
from exporter.redaction import redact_error, redact_reading

PERSON = "jane.doe@example.org"


def test_every_text_of_a_reading_is_redacted() -> None:
    reading = Reading(
        samples=(Sample("release_x", 1, (("check", PERSON),), evidence=f"from {PERSON}"),),
        rejections=(Rejection(Reason.SHAPE, PERSON, PERSON, PERSON),),
        findings=(Finding(PERSON, PERSON, "email"),),
        inapplicable=(Inapplicable("release_x", (), PERSON),),
        withheld={"release_x": PERSON},
        files=(f"{PERSON}.json",),
    )
    redacted = redact_reading(reading)
    assert "jane.doe" not in repr(redacted)
    assert redacted.samples[0].labels == (("check", "[email]"),)


def test_what_is_not_personal_stays() -> None:
    reading = Reading(
        samples=(Sample("release_x", 1, (("backend", "static"),), evidence="5 of 5"),)
    )
    assert redact_reading(reading) == reading


def test_an_error_keeps_its_class_and_loses_the_person() -> None:
    error = redact_error(SourceError(ErrorClass.MISSING, f"{PERSON}.csv: is not there"))
    assert (error.kind, str(error)) == (ErrorClass.MISSING, "[email]: is not there")
