"""What alerts say: names, subjects, thresholds as PromQL, words around them. Rendered elsewhere."""
