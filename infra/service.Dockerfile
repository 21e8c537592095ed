# A service that needs no model: the validator or the evaluator. Build from the repository's root:
#   docker build -f infra/service.Dockerfile --build-arg SERVICE=validator --build-arg PORT=8002 .
#   docker build -f infra/service.Dockerfile --build-arg SERVICE=evaluator --build-arg PORT=8004 .
ARG BASE=python:3.11-slim-bookworm

FROM ${BASE} AS needs
ARG SERVICE
RUN python -m venv /opt/venv
ENV PATH=/opt/venv/bin:$PATH PIP_NO_CACHE_DIR=1 PIP_DISABLE_PIP_VERSION_CHECK=1
WORKDIR /src
# Whole, and with the hash of each file (infra/lock).
COPY infra/locks/${SERVICE}.txt requirements.txt
RUN pip install --require-hashes -r requirements.txt

# Our own code, beside what it needs and not in it: a changed line makes a layer of megabytes anew.
FROM needs AS own
ARG SERVICE
COPY common common
COPY ${SERVICE}-svc ${SERVICE}-svc
# SPANLOOM_COMMIT: the commit that this is built from, which results tell (git rev-parse HEAD).
ARG SPANLOOM_COMMIT=
RUN pip install --no-deps --target /opt/spanloom/lib ./common "./${SERVICE}-svc"

FROM ${BASE}
ARG SERVICE
ARG PORT
RUN groupadd --gid 10001 spanloom && useradd --uid 10001 --gid 10001 --home-dir /var/lib/spanloom --create-home spanloom
COPY --from=needs /opt/venv /opt/venv
ENV PATH=/opt/venv/bin:$PATH PYTHONUNBUFFERED=1 PYTHONDONTWRITEBYTECODE=1 PYTHONPATH=/opt/spanloom/lib MODULE=spanloom_${SERVICE} \
    SPANLOOM_HOST=0.0.0.0 SPANLOOM_PORT=${PORT} SPANLOOM_HOME=/var/lib/spanloom SPANLOOM_CACHE=/var/lib/spanloom/cache
COPY --from=own /opt/spanloom/lib /opt/spanloom/lib
USER 10001:10001
WORKDIR /var/lib/spanloom
EXPOSE ${PORT}
STOPSIGNAL SIGTERM
HEALTHCHECK --interval=10s --timeout=5s --start-period=60s --retries=6 \
    CMD ["sh", "-c", "exec python -c \"import urllib.request as u; u.urlopen('http://127.0.0.1:$SPANLOOM_PORT/healthz', timeout=4)\""]
CMD ["sh", "-c", "exec python -m $MODULE"]
