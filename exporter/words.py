"""The user's words and signs for tiers, verdicts and phases, the same in every view."""

from exporter.model import Tier, Verdict
from exporter.plan import PHASES, Phase

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

PHASE_WORDS = {phase: phase.value for phase in PHASES} | {
    Phase.GO_NO_GO: "go/no-go",
    Phase.POST_RELEASE: "post-release",
}
