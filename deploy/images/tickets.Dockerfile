# The images of the product: `producer` (events and broker set-up; no Java), `processing` (the same and Spark: job,
# workers, master, export), and `kafka`, an Apache Kafka of jars.lock for where no other broker's image can be had.
# BASE is any Debian with Python 3.11 to 3.13 in its packages, or one that brings its own.
#
#   docker build -f deploy/images/tickets.Dockerfile --target processing -t tickets-processing .
#   docker build -f deploy/images/tickets.Dockerfile --target processing --build-arg BASE=registry.example/debian:12 .
ARG BASE=debian:12.11-slim

FROM ${BASE} AS python
ENV DEBIAN_FRONTEND=noninteractive PYTHONDONTWRITEBYTECODE=1 PYTHONUNBUFFERED=1 LANG=C.UTF-8
RUN apt-get update \
    && apt-get install -y --no-install-recommends ca-certificates \
    && (command -v python3 >/dev/null || apt-get install -y --no-install-recommends python3) \
    && rm -rf /var/lib/apt/lists/* /var/log/apt /var/log/dpkg.log /var/cache/debconf/*-old
RUN groupadd --gid 10001 tickets \
    && useradd --uid 10001 --gid 10001 --no-create-home --home-dir /tmp --shell /usr/sbin/nologin tickets \
    && install -d -o 10001 -g 10001 -m 0750 /var/lib/tickets

# What builds stays here. What changes seldom comes first, so that a change of the code installs nothing anew. Compiled
# files carry hashes instead of times, so that the same locks give the same files.
FROM python AS build
RUN apt-get update && apt-get install -y --no-install-recommends python3-venv
RUN python3 -m venv /opt/tickets/venv
ENV PIP_DISABLE_PIP_VERSION_CHECK=1 PIP_NO_CACHE_DIR=1

FROM python AS code
COPY pyproject.toml README.md jars.lock /opt/tickets/app/
COPY contracts /opt/tickets/app/contracts
COPY producer /opt/tickets/app/producer
COPY processing /opt/tickets/app/processing
COPY exports /opt/tickets/app/exports
COPY architecture /opt/tickets/app/architecture
COPY runtime /opt/tickets/app/runtime
COPY cli /opt/tickets/app/cli
COPY deploy/images/entry.sh deploy/images/healthy.py deploy/images/tickets-spark.sh /opt/tickets/bin/
RUN find /opt/tickets/app -name tests -type d -prune -exec rm -rf {} + \
    && mv /opt/tickets/bin/tickets-spark.sh /opt/tickets/bin/tickets-spark \
    && chmod -R a+rX,go-w /opt/tickets && chmod 0755 /opt/tickets/bin/*

FROM build AS build-producer
COPY requirements-producer.lock /tmp/
RUN /opt/tickets/venv/bin/pip install --quiet --require-hashes -r /tmp/requirements-producer.lock \
    && python3 -m compileall -q -j 0 --invalidation-mode unchecked-hash /opt/tickets/venv
COPY --from=code /opt/tickets /opt/tickets
RUN /opt/tickets/venv/bin/pip install --quiet --no-deps --no-build-isolation --editable /opt/tickets/app \
    && python3 -m compileall -q -j 0 --invalidation-mode unchecked-hash /opt/tickets/app \
    && /opt/tickets/venv/bin/pip uninstall --quiet --yes pip

FROM build AS build-processing
RUN apt-get install -y --no-install-recommends openjdk-17-jre-headless
COPY requirements.lock /tmp/
RUN /opt/tickets/venv/bin/pip install --quiet --require-hashes -r /tmp/requirements.lock \
    && python3 -m compileall -q -j 0 --invalidation-mode unchecked-hash /opt/tickets/venv

FROM build-processing AS jars
COPY jars.lock /jars/
COPY runtime /jars/runtime
ENV PYTHONPATH=/jars
RUN TICKETS_CACHE=/opt/tickets/cache /opt/tickets/venv/bin/python -c "from runtime.jars import fetch; fetch('spark'); fetch('s3')" \
    && TICKETS_CACHE=/opt/kafka /opt/tickets/venv/bin/python -c "from runtime.jars import fetch; fetch('broker')" \
    && mkdir /opt/kafka/libs && find /opt/kafka/jars -name '*.jar' -exec ln {} /opt/kafka/libs/ \; \
    && chmod -R a+rX /opt/tickets/cache /opt/kafka

FROM build-processing AS built-processing
COPY --from=jars /opt/tickets/cache /opt/tickets/cache
COPY --from=code /opt/tickets /opt/tickets
RUN /opt/tickets/venv/bin/pip install --quiet --no-deps --no-build-isolation --editable /opt/tickets/app \
    && python3 -m compileall -q -j 0 --invalidation-mode unchecked-hash /opt/tickets/app \
    && /opt/tickets/venv/bin/pip uninstall --quiet --yes pip

FROM python AS producer
COPY --from=build-producer /opt/tickets /opt/tickets
ENV PATH=/opt/tickets/venv/bin:/opt/tickets/bin:$PATH TICKETS_DATA=/var/lib/tickets TICKETS_CACHE=/tmp/cache
USER 10001:10001
WORKDIR /var/lib/tickets
HEALTHCHECK --interval=10s --timeout=5s --start-period=60s --retries=6 CMD ["python", "/opt/tickets/bin/healthy.py"]
ENTRYPOINT ["/opt/tickets/bin/entry.sh"]
CMD ["tickets", "--help"]

FROM python AS java
RUN apt-get update \
    && apt-get install -y --no-install-recommends openjdk-17-jre-headless procps \
    && rm -rf /var/lib/apt/lists/* /var/log/apt /var/log/dpkg.log /var/cache/debconf/*-old

FROM java AS processing
COPY --from=built-processing /opt/tickets /opt/tickets
ENV PATH=/opt/tickets/venv/bin:/opt/tickets/bin:$PATH TICKETS_DATA=/var/lib/tickets TICKETS_CACHE=/opt/tickets/cache
USER 10001:10001
WORKDIR /var/lib/tickets
HEALTHCHECK --interval=10s --timeout=5s --start-period=120s --retries=6 CMD ["python", "/opt/tickets/bin/healthy.py"]
ENTRYPOINT ["/opt/tickets/bin/entry.sh"]
CMD ["tickets", "--help"]

# The data folder and the user are Redpanda's, so that one compose.yml serves both.
FROM java AS kafka
COPY --from=build-producer /opt/tickets /opt/tickets
COPY --from=jars /opt/kafka/libs /opt/kafka/libs
ENV PATH=/opt/tickets/venv/bin:$PATH
RUN groupadd --gid 101 kafka && useradd --uid 101 --gid 101 --no-create-home --home-dir /tmp kafka \
    && install -d -o 101 -g 101 -m 0750 /var/lib/redpanda/data
USER 101:101
HEALTHCHECK --interval=5s --timeout=10s --start-period=60s --retries=6 CMD ["/bin/sh", "/etc/broker/healthy.sh"]
ENTRYPOINT ["/bin/sh", "/etc/broker/start.sh"]
