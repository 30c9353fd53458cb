# A small image without a compiler that runs as an unprivileged user.
ARG BASE=python:3.13-slim

FROM ${BASE} AS build
WORKDIR /build
COPY requirements.txt requirements-build.txt ./
RUN python3 -m venv /venv && /venv/bin/pip install --no-cache-dir --require-hashes -r requirements.txt
RUN python3 -m venv /tools && /tools/bin/pip install --no-cache-dir --require-hashes -r requirements-build.txt
COPY pyproject.toml README.md LICENSE ./
COPY statuspage statuspage
COPY notifications notifications
COPY templates templates
COPY static static
COPY locale locale
RUN /tools/bin/hatchling build -t wheel -d dist \
    && /venv/bin/pip install --no-cache-dir --no-index --no-deps dist/*.whl

FROM ${BASE}
# pg_dump and pg_restore for `candor backup` and `candor restore`.
RUN apt-get update \
    && apt-get install --yes --no-install-recommends postgresql-client \
    && rm -rf /var/lib/apt/lists/* \
    && useradd --system --uid 10001 --no-create-home candor \
    && install -d -o candor -g candor /var/lib/candor
COPY --from=build /venv /venv
WORKDIR /app
ENV PATH=/venv/bin:$PATH PYTHONUNBUFFERED=1 PYTHONDONTWRITEBYTECODE=1 \
    DATA_DIR=/var/lib/candor STATIC_ROOT=/app/static
# Settings are read, nothing is connected to; none of these values is kept.
RUN key() { python -c "import base64, secrets; print(base64.b64encode(secrets.token_hex(16).encode()).decode())"; } \
    && DEBUG=false ALLOWED_HOSTS=build.invalid SITE_URL=https://build.invalid \
    DATABASE_URL=postgresql://build.invalid/build REDIS_URL=redis://build.invalid/0 \
    SECRET_KEY="$(key)$(key)" ADDRESS_INDEX_KEY="$(key)" TRANSACTION_KEY="$(key)" \
    STAFF_SECRET_KEYS="$(key)" LOG_SIGNING_KEY="$(key)" ADDRESS_KEYS="build:$(key)" \
    candor collectstatic --noinput
USER candor
EXPOSE 8000
CMD ["granian", "--interface", "rsgi", "--no-ws", "--http", "1", "--host", "0.0.0.0", "--port", "8000", "--workers", "2", \
     "--backpressure", "4096", "--http1-buffer-size", "65536", \
     "statuspage.rsgi:application"]
