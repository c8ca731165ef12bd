# SeaweedFS from a binary in the build's folder, where its own image can't be pulled (scripts/images_here.sh).
ARG BASE=debian:12.11-slim
FROM ${BASE}
COPY weed /usr/bin/weed
RUN groupadd --gid 1000 seaweed && useradd --uid 1000 --gid 1000 --no-create-home --home-dir /tmp seaweed \
    && install -d -o 1000 -g 1000 /data
USER 1000:1000
VOLUME /data
ENTRYPOINT ["/usr/bin/weed"]
