FROM debian:13-slim
RUN --mount=type=bind,source=debs/python,target=/debs \
    DEBIAN_FRONTEND=noninteractive apt-get install --yes --no-install-recommends /debs/*.deb \
 && rm -rf /var/log/apt /var/log/dpkg.log \
 && ln -s /usr/bin/python3 /usr/local/bin/python3 \
 && ln -s python3 /usr/local/bin/python
CMD ["python3"]
