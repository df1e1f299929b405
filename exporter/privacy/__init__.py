"""The privacy audit: which texts look like personal data, and the same texts without it."""

from exporter.privacy.audit import Audit, utf8
from exporter.privacy.credentials import named
from exporter.privacy.rules import RULES, Rule

__all__ = ["RULES", "Audit", "Rule", "named", "utf8"]
