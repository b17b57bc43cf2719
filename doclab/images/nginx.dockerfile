FROM debian:13-slim
RUN --mount=type=bind,source=debs/nginx,target=/debs \
    DEBIAN_FRONTEND=noninteractive apt-get install --yes --no-install-recommends /debs/*.deb \
 && rm -rf /etc/nginx/sites-enabled/default /var/log/apt /var/log/dpkg.log \
 && ln -sf /dev/stdout /var/log/nginx/access.log \
 && ln -sf /dev/stderr /var/log/nginx/error.log
COPY <<END /etc/nginx/conf.d/default.conf
server {
    listen       80;
    server_name  localhost;
    location / {
        root   /usr/share/nginx/html;
        index  index.html index.htm;
    }
}
END
EXPOSE 80
STOPSIGNAL SIGQUIT
CMD ["nginx", "-g", "daemon off;"]
