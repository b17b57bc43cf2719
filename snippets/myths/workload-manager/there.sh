# A second machine, made of namespaces, with a cable to this one.  It lives as long as its first process.
hostname there
ip link add eth0 type veth peer name cable netns 1
ip address add 192.0.2.2/24 dev eth0
ip link set eth0 up
nsenter --target 1 --net sh -c 'ip address add 192.0.2.1/24 dev cable && ip link set cable up'
mount -t tmpfs tmpfs /run
exec unshare --pid --fork --kill-child --mount-proc \
    dockerd --host "unix://$PWD/there/docker.sock" --data-root "$PWD/there/data" --cgroup-parent /docker-there
