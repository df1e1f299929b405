#!/bin/sh
# Turns the history that setup has written into Prometheus' blocks; without one there is nothing to do.
set -eu
[ -f /history/history.om ] || exit 0
rm -rf /prometheus/backfill
promtool tsdb create-blocks-from openmetrics --quiet --max-block-duration=24h \
  /history/history.om /prometheus/backfill
# After a kill in here the same blocks are made again; Prometheus merges what is there twice.
mv /prometheus/backfill/* /prometheus/
rm -r /prometheus/backfill /history/history.om
