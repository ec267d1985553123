# One image for every Airflow service and for the demonstration's ward systems.
# Behind a proxy that signs certificates itself, hand its CA bundle in: it is used for the downloads and left out of the
# image (docker-compose.yml takes its path from WARD_WAREHOUSE_CA_BUNDLE).
FROM python:3.11-slim-bookworm AS build
WORKDIR /opt/ward-warehouse
SHELL ["/bin/bash", "-euo", "pipefail", "-c"]
ENV UV_NO_CACHE=1 PIP_NO_CACHE_DIR=1 UV_LINK_MODE=copy
COPY requirements/bootstrap.txt requirements/image.txt requirements/
COPY scripts/bootstrap.sh scripts/install.sh scripts/
RUN --mount=type=secret,id=ca_bundle \
    if [ -s /run/secrets/ca_bundle ]; then \
        export PIP_CERT=/run/secrets/ca_bundle SSL_CERT_FILE=/run/secrets/ca_bundle; \
    fi; \
    scripts/bootstrap.sh python3 && scripts/install.sh requirements/image.txt

FROM python:3.11-slim-bookworm
RUN groupadd --gid 10001 ward && \
    useradd --uid 10001 --gid 10001 --no-create-home --home-dir /tmp --shell /usr/sbin/nologin ward && \
    # A named volume takes its owner from the folder that it is mounted on.
    install -d -o ward -g ward -m 0750 /var/lib/ward-warehouse /var/lib/ward-warehouse/demo \
        /var/lib/ward-warehouse/lake /var/lib/ward-warehouse/logs \
        /var/lib/ward-warehouse/warehouse && \
    # An empty configuration keeps Airflow from writing one with secrets of its own; everything comes from the environment.
    install -d /opt/airflow && touch /opt/airflow/airflow.cfg
WORKDIR /opt/ward-warehouse
COPY --from=build /opt/ward-warehouse/.venv .venv
COPY . .
RUN .venv/bin/uv pip install --quiet --no-cache --python .venv/bin/python --no-deps --no-build-isolation --editable . && \
    .venv/bin/python -m compileall -q plugins dags
ENV PATH=/opt/ward-warehouse/.venv/bin:$PATH \
    HOME=/tmp \
    PYTHONUNBUFFERED=1 \
    PYTHONDONTWRITEBYTECODE=1 \
    WARD_WAREHOUSE_HOME=/var/lib/ward-warehouse \
    AIRFLOW_HOME=/opt/airflow \
    AIRFLOW__CORE__DAGS_FOLDER=/opt/ward-warehouse/dags \
    AIRFLOW__CORE__PLUGINS_FOLDER=/opt/ward-warehouse/plugins \
    AIRFLOW__CORE__LOAD_EXAMPLES=False \
    AIRFLOW__LOGGING__FILE_TASK_HANDLER_NEW_FOLDER_PERMISSIONS=0o700 \
    AIRFLOW__LOGGING__FILE_TASK_HANDLER_NEW_FILE_PERMISSIONS=0o600 \
    AIRFLOW__LOGGING__BASE_LOG_FOLDER=/var/lib/ward-warehouse/logs \
    AIRFLOW__LOGGING__DAG_PROCESSOR_CHILD_PROCESS_LOG_DIRECTORY=/var/lib/ward-warehouse/logs/dag_processor \
    DBT_SEND_ANONYMOUS_USAGE_STATS=false \
    GX_ANALYTICS_ENABLED=false \
    DO_NOT_TRACK=1
USER 10001:10001
ENTRYPOINT ["/opt/ward-warehouse/docker/entrypoint.sh"]
CMD ["ward-warehouse", "--help"]
