# shellcheck shell=bash disable=SC2154,SC2317 # the sourcing script sets build and bus_policy; wait_for calls by name
# SPDX-License-Identifier: Apache-2.0
# A stage for bgs2d in a temporary directory: a private bus, the daemon, and a simulated modem to plug in and out. Removes
# all of it at the end. Sourced with `build` naming a build and `bus_policy` the shipped bus configuration.

imei=356938035643809
modem='' daemon='' bus=''

enter_stage() {
    dir=$(mktemp -d -t demo.XXX) # a short path, for the output
    trap leave_stage EXIT
    cd "$dir" || exit
    mkdir policy.d frames state
    touch bus.log bgs2d.log modem.log
    exec 9<bgs2d.log
    export DBUS_SYSTEM_BUS_ADDRESS=unix:path=$dir/bus NO_COLOR=1
}

# In this order, so that no process logs the end of another; their files last.
leave_stage() {
    local each
    for each in $daemon $modem $bus; do
        kill "$each" 2>/dev/null || true
        wait "$each" 2>/dev/null || true
    done
    cd /
    rm -rf "$dir"
}

# run COMMAND...: shows the command, then its output.
run() {
    printf '\n$ %s\n' "$*"
    "$@"
}
bgs2ctl() { "$build/cli/bgs2ctl" "$@"; }
# property PATH INTERFACE NAME, the first two below io.bgs2d1.
property() { busctl --address="$DBUS_SYSTEM_BUS_ADDRESS" get-property io.bgs2d1 "/io/bgs2d1$1" "io.bgs2d1.$2" "$3"; }
is() { [[ $(property "/modem/$imei" Modem State 2>/dev/null) == "s \"$1\"" ]]; }
is_gone() { ! property "/modem/$imei" Modem State &>/dev/null; }
is_ready() { property "" Manager Version &>/dev/null; }
listens() { busctl --address="$DBUS_SYSTEM_BUS_ADDRESS" list &>/dev/null; }

# Shows the log of bgs2d since the last call: the descriptor keeps the position.
show_log() { cat <&9; }

# wait_for COMMAND...: shows the log until the command succeeds, for at most 30 seconds.
wait_for() {
    local deadline=$((SECONDS + 30))
    until "$@"; do
        show_log
        if ((SECONDS >= deadline)); then
            echo "timeout: $*" >&2
            cat bus.log modem.log >&2
            exit 1
        fi
        sleep 0.05
    done
    show_log
}

# The shipped configuration decides which calls are allowed. root runs the daemon here; dbus-daemon logs that the user
# bgs2d is missing.
start_bus() {
    cat >bus.conf <<END
<busconfig>
  <type>system</type>
  <listen>$DBUS_SYSTEM_BUS_ADDRESS</listen>
  <auth>EXTERNAL</auth>
  <policy context="default">
    <allow user="*"/>
    <deny own="*"/>
    <deny send_type="method_call"/>
    <allow send_type="signal"/>
    <allow send_requested_reply="true" send_type="method_return"/>
    <allow send_requested_reply="true" send_type="error"/>
    <allow receive_type="method_call"/>
    <allow receive_type="method_return"/>
    <allow receive_type="error"/>
    <allow receive_type="signal"/>
    <allow send_destination="org.freedesktop.DBus"/>
  </policy>
  <include>$bus_policy</include>
</busconfig>
END
    dbus-daemon --config-file=bus.conf --nofork --nopidfile --nosyslog 2>>bus.log &
    bus=$!
    wait_for listens
}

start_daemon() {
    mkdir -p lock
    "$build/daemon/bgs2d" --config bgs2d.toml --policy-dir policy.d --state-dir state --run-dir run --lock-dir lock \
        2>>bgs2d.log &
    daemon=$!
    wait_for is_ready
}

# plug NAME: the modem's tty appears under that name, with the slots as they were.
plug() {
    "$build/tests/sim/bgs2sim" --pty "$1" --slots slots.json --frames frames --log modem.log --baud 115200 &
    modem=$!
}
unplug() {
    kill "$modem"
    wait "$modem" || true
    modem=''
    wait_for is_gone
}
