"""What alerts say, and whom they reach: names, thresholds, words, receivers, routes."""
