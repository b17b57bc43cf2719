# A second machine, made of namespaces, with a cable to this one.  It lives as long as its first process.
set -e
# Without unshare, this would rename the machine itself and hide its /run.
[ "$(readlink /proc/self/ns/mnt)" != "$(readlink /proc/1/ns/mnt)" ] ||
  { echo "run me with unshare, as the page does" >&2; exit 1; }
hostname there
ip link add eth0 type veth peer name cable netns 1
ip address add 192.0.2.2/24 dev eth0
ip link set eth0 up
nsenter --target 1 --net sh -c 'ip address add 192.0.2.1/24 dev cable && ip link set cable up'
mount -t tmpfs tmpfs /run
echo '{}' > /run/daemon.json           # keeps /etc/docker/daemon.json out of it
exec unshare --pid --fork --kill-child --mount-proc \
    dockerd --config-file /run/daemon.json --host "unix://$PWD/there/docker.sock" --data-root "$PWD/there/data" --cgroup-parent /docker-there
