"""JUnit XML, as pytest, cargo-nextest, Gradle, Maven, jest-junit and go-junit-report write it.

<testsuites>
  <testsuite name="pytest" tests="2" failures="1" timestamp="2026-01-13T09:00:00+00:00">
    <testcase classname="tests.test_sum" name="test_adds"/>
    <testcase classname="tests.test_sum" name="test_divides"><failure/></testcase>
  </testsuite>
</testsuites>
"""

from typing import IO
from xml.etree.ElementTree import ParseError

from defusedxml import DefusedXmlException
from defusedxml.ElementTree import XMLParser

from exporter.files import MEBIBYTE, ItemError
from exporter.model import Reason
from exporter.results.records import Origin, Run
from exporter.results.suites import Reader

LIMIT = 256 * MEBIBYTE

_CHUNK = 256 * 1024
_UTF16 = (b"\xff\xfe", b"\xfe\xff")
# expat's codes for a document that ends too early, and for encodings.
_CUT_OFF = (3, 5, 6, 20)
_ENCODINGS = (18, 19)


def parse(file: IO[bytes], origin: Origin, pick: str = "") -> list[Run]:
    """Return the runs of all suites; raises ItemError when the file as a whole is not credible."""
    # Elements are counted as they pass and never kept: any size takes the same memory.
    reader = Reader(origin, pick)
    chunk = file.read(_CHUNK)
    # A shell that saves output as UTF-16 leaves the declaration inside as it was.
    encoding = "utf-16" if chunk.startswith(_UTF16) else None
    parser = XMLParser(target=reader, encoding=encoding, forbid_dtd=True)
    reader.parser = parser.parser
    try:
        read = 0
        while chunk:
            read += len(chunk)
            if read > LIMIT:
                message = f"larger than {LIMIT // MEBIBYTE} MiB"
                raise ItemError(Reason.SIZE, origin.file, "", message)
            parser.feed(chunk)
            chunk = file.read(_CHUNK)
        parser.close()
    except DefusedXmlException as error:
        raise reader.error(Reason.SECURITY, "a DTD or an entity; results need neither") from error
    except ParseError as error:
        raise _not_xml(error, origin.file) from error
    except (LookupError, ValueError) as error:
        raise reader.error(Reason.ENCODING, "an encoding that XML does not know") from error
    return reader.runs


def _not_xml(error: ParseError, file: str) -> ItemError:
    line, column = error.position
    if error.code in _CUT_OFF:
        reason, message = Reason.TRUNCATED, "the document ends too early"
    elif error.code in _ENCODINGS:
        reason, message = Reason.ENCODING, "not in the encoding that it declares"
    else:
        reason, message = Reason.SYNTAX, "not well-formed XML"
    return ItemError(reason, file, f"line {line}, column {column + 1}", message)
