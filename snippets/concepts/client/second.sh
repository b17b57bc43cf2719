# A second Docker host on this machine: its own name, network, files and daemon.
set -e
# Without unshare, the mounts below would cover directories of the machine itself.
[ "$(readlink /proc/self/ns/mnt)" != "$(readlink /proc/1/ns/mnt)" ] ||
  { echo "run me with unshare, as the page does" >&2; exit 1; }
hostname second
ip link set lo up
mount -t tmpfs tmpfs /run              # hides the first daemon, and its containerd
mount -t tmpfs tmpfs /var/lib/docker
mount -t tmpfs tmpfs site
echo "from second" > site/index.html
echo '{"exec-opts": ["native.cgroupdriver=cgroupfs"]}' > /run/daemon.json
export DOCKER_MIN_API_VERSION=1.44     # the oldest API that Docker 29.0 to 29.2 speak
exec dockerd --config-file /run/daemon.json \
  --host unix:///run/docker.sock --host "unix://$PWD/second.sock"
