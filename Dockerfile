# The exporter as an image for amd64 and arm64: built from the lock alone, run by nobody, writes to
# its volumes only. `docker build --tag release-exporter .`
FROM python:3.13.11-slim AS build
ENV PIP_DISABLE_PIP_VERSION_CHECK=1 PIP_NO_CACHE_DIR=1 PIP_ROOT_USER_ACTION=ignore
WORKDIR /src
COPY requirements.txt ./
RUN python -m pip download --quiet --only-binary=:all: --require-hashes --dest /wheels \
      -r requirements.txt \
 && python -m pip install --quiet --no-index --find-links /wheels hatchling
COPY . .
# From here on there are the lock's own files only, and pip takes of them what the package needs:
# not what builds it, and no pip, because what runs installs nothing.
RUN python -m pip wheel --quiet --no-index --no-deps --no-build-isolation --wheel-dir /wheels . \
 && python -m venv --without-pip /opt/release-exporter \
 && python -m pip --python /opt/release-exporter/bin/python install --quiet \
      --no-index --find-links /wheels release-exporter
# A tenth of the size is what nothing here imports: tests, types, headers, and these. Less of NumPy
# would not do: it imports other parts when they are needed.
RUN cd /opt/release-exporter/lib/python3.*/site-packages \
 && rm -r numpy/f2py numpy/random pydantic/v1 \
 && find . -type d -name tests -prune -exec rm -r {} + \
 && find . -name '*.pyi' -delete -o -name '*.pxd' -delete -o -name '*.pyx' -delete -o -name '*.[ah]' -delete
# These come with their symbols, which are nine tenths of them.
RUN apt-get update -qq && apt-get install -y -qq --no-install-recommends binutils >/dev/null \
 && cd /opt/release-exporter/lib/python3.*/site-packages \
 && find uvloop httptools xxhash yaml -name '*.so' -exec strip --strip-unneeded {} +
# The folders that volumes are mounted on; a new volume takes over their owner. Setup and its
# readers meet in the last two by their group.
RUN mkdir -p /home/release/data /home/release/example /home/release/config/alertmanager \
      /home/release/config/grafana/dashboards /home/release/config/grafana/provisioning \
      /home/release/config/prometheus/rules \
 && mkdir -m 2770 /home/release/history /home/release/secrets \
 && chown -R 10150:10150 /home/release

# Python's image without what nothing here opens: the installers, and the system's manuals and
# translations; and with no program that makes anybody root. Licences and the list of packages stay.
FROM python:3.13.11-slim AS root
RUN pip=$(python -c 'import pip; print(pip.__path__[0])') \
 && rm -r "$pip" "$pip"-*.dist-info $(python -c 'import ensurepip; print(*ensurepip.__path__)') \
 && rm -rf /usr/bin/pip* /usr/local/bin/pip* /usr/share/python-wheels /var/cache/debconf/* \
 && find /usr/share/info /usr/share/locale /usr/share/man -mindepth 1 -delete \
 && find /usr/share/doc -type f ! -name copyright -delete \
 && find / -xdev -type f -perm /6000 -exec chmod a-s {} +

# Copied, not derived from: a layer on top of Python's would only hide what it removes.
FROM scratch
COPY --from=root / /
COPY --from=build /opt/release-exporter /opt/release-exporter
COPY --from=build /home/release /home/release
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
# Byte code is in the image already; inside a container the network decides who may ask. Threads share
# two of glibc's arenas: one each holds memory that was freed long ago.
ENV PATH=/opt/release-exporter/bin:/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin \
    LANG=C.UTF-8 \
    PYTHONDONTWRITEBYTECODE=1 \
    PYTHONUNBUFFERED=1 \
    MALLOC_ARENA_MAX=2 \
    RELEASE_EXPORTER_CONFIG_FILE=/home/release/releases \
    RELEASE_EXPORTER_STORAGE_PATH=/home/release/data \
    RELEASE_EXPORTER_WEB_LISTEN_ADDRESS=:10150
WORKDIR /home/release
USER 10150:10150
EXPOSE 10150
STOPSIGNAL SIGTERM
# Healthy is ready: every source has been tried once. See exporter/server/probe.py.
HEALTHCHECK --interval=10s --timeout=5s --start-period=60s --retries=3 \
  CMD ["python", "-m", "exporter.server.probe"]
ENTRYPOINT ["release-exporter"]
CMD ["serve"]
