FROM debian:13-slim AS files
RUN --mount=type=bind,source=debs/registry,target=/debs \
    dpkg --extract /debs/docker-registry_*.deb /tmp \
 && mkdir -p /out/bin \
 && cp /tmp/usr/bin/docker-registry /out/bin/registry
COPY <<END /out/etc/docker/registry/config.yml
version: 0.1
log:
  fields:
    service: registry
storage:
  cache:
    blobdescriptor: inmemory
  filesystem:
    rootdirectory: /var/lib/registry
http:
  addr: :5000
  headers:
    X-Content-Type-Options: [nosniff]
END
RUN ldd /out/bin/registry | grep -o '/[^ ]*' | xargs -I{} cp --dereference --parents {} /out

FROM busybox:1.37
COPY --from=files /out /
VOLUME /var/lib/registry
EXPOSE 5000
ENTRYPOINT ["registry"]
CMD ["serve", "/etc/docker/registry/config.yml"]
