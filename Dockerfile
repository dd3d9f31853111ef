# Due Process: the worker, the case file and the commands, in one image.
#
#   docker build --tag due-process .
#
# Another base (a registry of your own, another patch level): --build-arg PYTHON_IMAGE=... --build-arg PYTHON_VERSION=...
ARG PYTHON_IMAGE=python
ARG PYTHON_VERSION=3.13-slim-bookworm

FROM ${PYTHON_IMAGE}:${PYTHON_VERSION} AS build
WORKDIR /opt/due-process
COPY requirements.production.lock /tmp/
RUN python3 -m venv /opt/venv \
    && /opt/venv/bin/python -m pip install --quiet --no-cache-dir --disable-pip-version-check \
        --no-compile --only-binary :all: --no-deps --require-hashes --requirement /tmp/requirements.production.lock \
    && /opt/venv/bin/python -m pip uninstall --quiet --yes --disable-pip-version-check pip setuptools
COPY workers workers
COPY bpmn bpmn
COPY templates templates
COPY policies policies
COPY deploy/image/ /usr/local/bin/
# The root file system is read-only at run time; hashes instead of times, so that two builds give the same files.
RUN python3 -m compileall -q -j 0 --invalidation-mode unchecked-hash /opt/venv/lib /opt/due-process/workers \
    && chmod 755 /usr/local/bin/dueprocess /usr/local/bin/dueprocess-answers

FROM ${PYTHON_IMAGE}:${PYTHON_VERSION}
LABEL org.opencontainers.image.title="Due Process" \
      org.opencontainers.image.description="HR policy procedures of a public authority: worker and case file" \
      org.opencontainers.image.licenses="MIT"
RUN useradd --uid 10001 --user-group --no-create-home --home-dir /tmp --shell /usr/sbin/nologin dueprocess
COPY --from=build /opt/venv /opt/venv
COPY --from=build /opt/due-process /opt/due-process
COPY --from=build /usr/local/bin/dueprocess /usr/local/bin/dueprocess-answers /usr/local/bin/
ENV PATH=/opt/venv/bin:/usr/local/bin:/usr/bin:/bin \
    PYTHONPATH=/opt/due-process \
    PYTHONDONTWRITEBYTECODE=1 \
    PYTHONUNBUFFERED=1 \
    HOME=/tmp \
    DUEPROCESS_DATA_DIR=/tmp/due-process \
    DUEPROCESS_CACHE_DIR=/tmp/due-process-cache
WORKDIR /opt/due-process
USER 10001:10001
EXPOSE 9601 8090
STOPSIGNAL SIGTERM
HEALTHCHECK --interval=15s --timeout=5s --start-period=30s --retries=3 \
    CMD ["dueprocess-answers", "http://127.0.0.1:9601/ready"]
ENTRYPOINT ["dueprocess"]
CMD ["work"]
