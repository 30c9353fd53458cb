# A small image without a compiler that runs as nobody in particular.
FROM python:3.13-slim AS wheels
WORKDIR /build
COPY requirements.txt .
RUN python -m venv /venv && /venv/bin/pip install --no-cache-dir --require-hashes -r requirements.txt

FROM python:3.13-slim
# pg_dump and pg_restore for `manage.py backup` and `restore`.
RUN apt-get update \
    && apt-get install --yes --no-install-recommends postgresql-client \
    && rm -rf /var/lib/apt/lists/* \
    && useradd --system --uid 10001 --no-create-home candor \
    && install -d -o candor -g candor /var/lib/candor
COPY --from=wheels /venv /venv
WORKDIR /app
COPY . .
ENV PATH=/venv/bin:$PATH PYTHONUNBUFFERED=1 PYTHONDONTWRITEBYTECODE=1 DATA_DIR=/var/lib/candor
# Settings are read, nothing is connected to; none of these values is kept.
RUN DEBUG=false SECRET_KEY=build ALLOWED_HOSTS=build SITE_URL=https://build \
    DATABASE_URL=postgresql:///build REDIS_URL=redis:///0 ADDRESS_INDEX_KEY=build \
    TRANSACTION_KEY=build STAFF_SECRET_KEYS=YnVpbGQtYnVpbGQtYnVpbGQtYnVpbGQtYnVpbGQtYnU= \
    LOG_SIGNING_KEY=YnVpbGQtYnVpbGQtYnVpbGQtYnVpbGQtYnVpbGQtYnU= \
    ADDRESS_KEYS=build:YnVpbGQtYnVpbGQtYnVpbGQtYnVpbGQtYnVpbGQtYnU= \
    python manage.py collectstatic --noinput
USER candor
EXPOSE 8000
CMD ["granian", "--interface", "wsgi", "--host", "0.0.0.0", "--port", "8000", "--workers", "2", \
     "--blocking-threads", "8", "statuspage.wsgi:application"]
