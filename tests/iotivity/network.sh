#!/bin/sh
# Runs a command in a network of its own: two virtual Ethernet ends, joined, on
# this machine. IoTivity-lite does not listen on the loopback interface. As root,
# or where users may make namespaces.
set -eu
exec unshare --map-root-user --net sh -euc '
    ip link set lo up
    ip link add ocf0 type veth peer name ocf1
    ip link set ocf0 up
    ip link set ocf1 up
    # Addresses become usable when it is sure that nobody else has them.
    for try in 1 2 3 4 5 6 7 8 9 10; do
        ip -6 addr show tentative | grep -q inet6 || break
        sleep 0.5
    done
    exec "$@"' sh "$@"
