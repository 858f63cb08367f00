# Three images: `airflow` (Acorn and Airflow), `superset` (the same plus Superset's own
# environment; it also does the set-up), `proxy` (Caddy with its configuration).
#
# Base images are pinned by tag. Pin them by digest where your registry lets you: name
# another with --build-arg, for instance a mirror inside a private network.
ARG PYTHON_IMAGE=python:3.11.14-slim-bookworm
ARG CADDY_IMAGE=caddy:2.10.2-alpine

# ---- environments, from the lock files alone: they change less often than the code
FROM ${PYTHON_IMAGE} AS build
ARG UV_VERSION=0.13.9
# A private index: --build-arg PIP_INDEX_URL=... --build-arg UV_DEFAULT_INDEX=...
ARG PIP_INDEX_URL
ARG UV_DEFAULT_INDEX
ENV UV_COMPILE_BYTECODE=1 UV_LINK_MODE=copy UV_NO_CACHE=1 UV_PYTHON_DOWNLOADS=never
RUN pip install --no-cache-dir --disable-pip-version-check uv==${UV_VERSION}
WORKDIR /srv/acorn
COPY requirements.txt requirements.lock ./
# The lock as constraints: what tests and linters need stays out. Wheels only, so that
# nothing is compiled.
RUN uv venv .venv \
    && uv pip install -p .venv/bin/python --only-binary :all: \
        -r requirements.txt -c requirements.lock

FROM build AS build-superset
COPY dashboards/requirements.lock dashboards/requirements.lock
RUN uv venv .venv-superset \
    && uv pip sync -p .venv-superset/bin/python dashboards/requirements.lock

# ---- Acorn and Airflow
FROM ${PYTHON_IMAGE} AS airflow
# Volumes are made with the owner of these folders.
RUN groupadd --gid 10001 acorn \
    && useradd --uid 10001 --gid acorn --no-create-home --home-dir /tmp acorn \
    && install -d -o acorn -g acorn -m 0750 /var/lib/acorn /var/lib/acorn/airflow \
        /var/lib/acorn/airflow/logs /var/lib/acorn/superset /var/lib/acorn-archive
ENV PYTHONPATH=/srv/acorn PYTHONUNBUFFERED=1 PYTHONDONTWRITEBYTECODE=1 HOME=/tmp
WORKDIR /srv/acorn
COPY --from=build /srv/acorn/.venv .venv
COPY . .
RUN .venv/bin/python -m compileall -q acorn config dags deliver expectations extract \
        sandbox dashboards \
    && install -m 0755 deploy/acorn /usr/local/bin/acorn
USER acorn
ENTRYPOINT ["acorn"]

# ---- Superset, and the set-up of everything
FROM airflow AS superset
COPY --from=build-superset /srv/acorn/.venv-superset .venv-superset

# ---- the proxy
FROM ${CADDY_IMAGE} AS proxy
# Certificates and keys live here; the image's own folder belongs to root.
RUN install -d -o 10001 -g 10001 -m 0700 /var/lib/caddy
ENV XDG_DATA_HOME=/var/lib/caddy XDG_CONFIG_HOME=/var/lib/caddy
COPY deploy/Caddyfile /etc/caddy/Caddyfile
USER 10001:10001
