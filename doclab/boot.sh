#!/bin/bash
# Starts a throwaway Docker host in namespaces of its own, waits for its end, and removes what the kernel does not.
#
#   boot.sh NAME LOWERDIR SIZE PROCESSES MEMORY HOSTFILES CGROUPS     in the cache directory, which holds an empty mount point `mnt`
#
#   NAME       the host's directory in every cgroup hierarchy
#   LOWERDIR   directories of the root filesystem, as overlayfs takes them
#   SIZE       bytes of memory that everything written inside may take
#   PROCESSES  how many processes and threads it may have at a time
#   MEMORY     bytes that they may take, together with what is written
#   HOSTFILES  directory laid over the root filesystem
#   CGROUPS    one line a hierarchy: MOUNTPOINT TYPE OPTIONS
#   stdin      the lifeline: at its end the host ends, and everything in it
#   fd 3       told the PID as seen from outside, then, once the daemon answers, its `GET /version`
set -eu
name=$1 lowerdir=$2 size=$3 processes=$4 memory=$5 hostfiles=$6 cgroups=$7

remove_cgroups() { # here and not by whoever started us: they may have been killed
    local mountpoint _ tries
    while read -r mountpoint _; do
        for tries in {1..250}; do # a process may still be leaving
            find "$mountpoint/$name" -depth -type d -exec rmdir {} + 2>/dev/null || true
            if [ ! -d "$mountpoint/$name" ]; then break; fi
            sleep 0.02
        done
    done <<< "$cgroups"
}

thaw() { # v1: no signal reaches what `docker pause` has frozen
    local mountpoint _
    while read -r mountpoint _; do
        find "$mountpoint/$name" -name freezer.state -exec sh -c 'for f; do echo THAWED >"$f"; done' sh {} + 2>/dev/null || true
    done <<< "$cgroups"
}

join_cgroups() {
    local mountpoint _
    while read -r mountpoint _; do
        if [ ! -d "$mountpoint/$name" ]; then mkdir "$mountpoint/$name"; fi
        if [ -f "$mountpoint/cpuset.cpus" ]; then # v1: a new cpuset is empty, and takes no process
            cat "$mountpoint/cpuset.cpus" > "$mountpoint/$name/cpuset.cpus"
            cat "$mountpoint/cpuset.mems" > "$mountpoint/$name/cpuset.mems"
        fi
        if [ -f "$mountpoint/$name/pids.max" ]; then
            echo "$processes" > "$mountpoint/$name/pids.max"
        fi
        for file in memory.limit_in_bytes memory.max; do # v1 and v2; the containers are below, so it holds for them, too
            if [ -f "$mountpoint/$name/$file" ]; then echo "$memory" > "$mountpoint/$name/$file"; fi
        done
        echo 0 > "$mountpoint/$name/cgroup.procs"
    done <<< "$cgroups"
}

mount_cgroups() { # afresh: in a cgroup namespace a new mount shows NAME as the root, as on a machine of its own
    local mountpoint type options
    mount -t tmpfs tmpfs sys/fs/cgroup
    while read -r mountpoint type options; do
        mkdir -p ".$mountpoint"
        mount -t "$type" -o "$options" "$type" ".$mountpoint"
    done <<< "$cgroups"
    if [ -f sys/fs/cgroup/cgroup.subtree_control ]; then
        # v2 alone: a cgroup with processes cannot hand controllers to its children
        mkdir -p sys/fs/cgroup/init
        echo 0 > sys/fs/cgroup/init/cgroup.procs
        sed 's/\</+/g' sys/fs/cgroup/cgroup.controllers > sys/fs/cgroup/cgroup.subtree_control
    fi
}

mount_root() {
    mount -t tmpfs -o "size=$size" tmpfs mnt
    mkdir mnt/up mnt/work mnt/root mnt/docker
    # Paths relative to the cache: a colon or comma above it cannot break the options.
    mount -t overlay -o "lowerdir=$lowerdir,upperdir=mnt/up,workdir=mnt/work" overlay mnt/root
    cp -r "$hostfiles/." mnt/root/
    mkdir -p mnt/root/var/lib/docker mnt/root/old
    mount --bind mnt/docker mnt/root/var/lib/docker # overlay2 needs an upper directory that is not overlay itself
    cd mnt/root
}

mount_kernel() {
    mount -t proc proc proc
    mount -t sysfs sysfs sys
    mount -t tmpfs -o mode=755 tmpfs run
    # A /dev of its own: no disks to write to, no shared memory in common with the machine around it.
    mount -t tmpfs -o mode=755 tmpfs dev
    cp -a /dev/null /dev/zero /dev/full /dev/random /dev/urandom /dev/tty /dev/ptmx dev/
    ln -s /proc/self/fd dev/fd
    ln -s fd/0 dev/stdin
    ln -s fd/1 dev/stdout
    ln -s fd/2 dev/stderr
    mkdir dev/pts dev/shm dev/mqueue
    mount --bind /dev/pts dev/pts # the same one: terminals opened outside work inside
    mount -t tmpfs -o mode=1777 tmpfs dev/shm
    mount -t mqueue mqueue dev/mqueue
}

change_root() {
    pivot_root . old # chroot is not enough: dockerd remounts /
    cd /
    umount -l /old
    rmdir /old
    mount --make-rshared / # as systemd leaves it: bind mounts with propagation work
    hostname -F /etc/hostname
}

case ${8-} in
    '')
        unshare --mount --net --pid --ipc --uts --fork --kill-child "$BASH" "$0" "$@" born <&0 &
        host=$!
        exec 3>&-
        { # nothing inside can hold this up
            read -r _ || {
                thaw
                pkill -KILL --parent "$host" || kill -KILL "$host"
                thaw
            }
        } <&0 &
        wait "$host" || true
        kill $! 2>/dev/null || true
        remove_cgroups
        ;;
    born)
        read -r pid _ < /proc/self/stat # still the /proc of the machine around: its number, not 1
        echo "$pid" >&3
        join_cgroups
        exec unshare --cgroup "$BASH" "$0" "${@:1:7}" inside
        ;;
    inside)
        mount_root
        mount_kernel
        mount_cgroups
        change_root
        # The clock and the modules of the machine are not the host's to change.
        exec setpriv --bounding-set=-sys_time,-sys_module env -i HOME=/root PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin LANG=C.UTF-8 \
            tini -- /usr/local/sbin/boot
        ;;
esac
