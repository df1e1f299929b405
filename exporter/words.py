"""The user's words and signs for tiers and verdicts, the same in every view."""

from exporter.model import Tier, Verdict

TIER_TITLES = {
    Tier.CRITICAL: "CRITICAL METRICS (Must Pass)",
    Tier.HIGH: "HIGH PRIORITY METRICS",
    Tier.PERFORMANCE: "PERFORMANCE METRICS",
    Tier.PROCESS: "PROCESS METRICS",
    Tier.ENGAGEMENT: "ENGAGEMENT METRICS",
}

# Colour is never the only sign, and neither is the icon: the word stands beside it.
VERDICT_ICONS = {
    Verdict.PASS: "✅",
    Verdict.WARN: "⚠️",
    Verdict.FAIL: "❌",
    Verdict.UNKNOWN: "❔",
    Verdict.NOT_DUE: "⏳",
}

VERDICT_WORDS = {
    Verdict.PASS: "pass",
    Verdict.WARN: "warn",
    Verdict.FAIL: "fail",
    Verdict.UNKNOWN: "unknown",
    Verdict.NOT_DUE: "not due",
}
