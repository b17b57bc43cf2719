FROM debian:13-slim AS files
RUN --mount=type=bind,source=debs/busybox,target=/debs \
    dpkg --extract /debs/*.deb /tmp \
 && mkdir -p /out/bin /out/etc /out/home /out/root /out/tmp /out/usr /out/var/spool/mail /out/var/www \
 && chmod 1777 /out/tmp \
 && cp /tmp/usr/bin/busybox /out/bin/ \
 && chroot /out /bin/busybox --install -s /bin \
 && mkdir /out/usr/bin && ln -s ../../bin/env /out/usr/bin/env \
 && grep -E '^(root|daemon|bin|sys|sync|mail|www-data|operator|nobody):' /etc/passwd | sed 's|/bin/bash|/bin/sh|' >/out/etc/passwd \
 && grep -E '^(root|daemon|bin|sys|tty|disk|mail|www-data|utmp|users|nogroup):' /etc/group >/out/etc/group

FROM scratch
COPY --from=files /out /
CMD ["sh"]
