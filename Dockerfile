# The exporter as an image for amd64 and arm64: built from the lock alone, run by nobody, writes to
# its volumes only. `docker build --tag release-exporter .`
FROM python:3.13.11-slim AS build
ENV PIP_DISABLE_PIP_VERSION_CHECK=1 PIP_NO_CACHE_DIR=1 PIP_ROOT_USER_ACTION=ignore
# Without its own pip: what runs installs nothing.
RUN python -m venv --without-pip /opt/release-exporter
WORKDIR /src
COPY requirements.txt ./
RUN python -m pip --python /opt/release-exporter/bin/python install --quiet \
      --only-binary=:all: --require-hashes -r requirements.txt
COPY . .
RUN python -m pip --python /opt/release-exporter/bin/python install --quiet \
      --no-index --no-deps --no-build-isolation . \
 # Other packages' tests are no part of what runs, and a tenth of its size.
 && find /opt/release-exporter -type d -name tests -prune -exec rm -r {} +
# The folders that volumes are mounted on; a new volume takes over their owner. Setup and its
# readers meet in the last two by their group.
RUN mkdir -p /home/release/data /home/release/example /home/release/config/alertmanager \
      /home/release/config/grafana/dashboards /home/release/config/grafana/provisioning \
      /home/release/config/prometheus/rules \
 && mkdir -m 2770 /home/release/history /home/release/secrets \
 && chown -R 10150:10150 /home/release

FROM python:3.13.11-slim
ARG VERSION=0.0.0+unreleased
ARG REVISION=unknown
LABEL org.opencontainers.image.title="release-exporter" \
      org.opencontainers.image.description="Release health as Prometheus gauges" \
      org.opencontainers.image.licenses="Apache-2.0" \
      org.opencontainers.image.source="https://github.com/wildcard/release-exporter" \
      org.opencontainers.image.documentation="https://github.com/wildcard/release-exporter/blob/main/docs/stack.md" \
      org.opencontainers.image.base.name="docker.io/library/python:3.13.11-slim" \
      org.opencontainers.image.version="${VERSION}" \
      org.opencontainers.image.revision="${REVISION}"
COPY --from=build /opt/release-exporter /opt/release-exporter
COPY --from=build /home/release /home/release
# Byte code is in the image already; inside a container the network decides who may ask.
ENV PATH=/opt/release-exporter/bin:$PATH \
    PYTHONDONTWRITEBYTECODE=1 \
    PYTHONUNBUFFERED=1 \
    RELEASE_EXPORTER_CONFIG_FILE=/home/release/releases \
    RELEASE_EXPORTER_STORAGE_PATH=/home/release/data \
    RELEASE_EXPORTER_WEB_LISTEN_ADDRESS=:10150
WORKDIR /home/release
USER 10150:10150
EXPOSE 10150
STOPSIGNAL SIGTERM
# Healthy is ready: every source has been tried once.
HEALTHCHECK --interval=10s --timeout=5s --start-period=60s --retries=3 \
  CMD ["python", "-c", "from http.client import HTTPConnection as C; c = C('127.0.0.1', 10150, timeout=4); c.request('GET', '/-/ready'); raise SystemExit(c.getresponse().status != 200)"]
ENTRYPOINT ["release-exporter"]
CMD ["serve"]
