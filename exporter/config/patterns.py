"""Texts of a certain form, refused in words: a regular expression helps nobody to correct one."""

import re
from dataclasses import dataclass
from typing import Any

from pydantic import GetCoreSchemaHandler, GetJsonSchemaHandler
from pydantic.json_schema import JsonSchemaValue
from pydantic_core import CoreSchema, core_schema


@dataclass(frozen=True, slots=True)
class Pattern:
    """For `Annotated[str, Pattern(…)]`: a pattern for the JSON schema, and its fix for people."""

    pattern: str
    fix: str

    def check(self, text: str) -> str:
        """Return the text; raises ValueError with the fix where it does not match."""
        if re.fullmatch(self.pattern, text) is None:
            raise ValueError(self.fix)
        return text

    def __get_pydantic_core_schema__(
        self, source: Any, handler: GetCoreSchemaHandler
    ) -> CoreSchema:
        """Check after the text's own type and length."""
        return core_schema.no_info_after_validator_function(self.check, handler(source))

    def __get_pydantic_json_schema__(
        self, schema: CoreSchema, handler: GetJsonSchemaHandler
    ) -> JsonSchemaValue:
        """Show the pattern, so that editors know it too."""
        return handler(schema) | {"pattern": self.pattern}


ONE_LINE = Pattern(r"^[^\x00-\x1f\x7f]+$", "write one line of text, without control characters")
