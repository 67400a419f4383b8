# SPDX-License-Identifier: Apache-2.0
# Completion of bgs2ctl for fish. bgs2ctl itself lists the candidates.

function __bgs2ctl_complete
    set -l before (commandline -opc)
    set -l begun (commandline -ct)
    for possible in ($before[1] complete -- $before[2..-1] $begun 2>/dev/null)
        if test "$possible" = :file
            __fish_complete_path "$begun"
        else
            echo -- $possible
        end
    end
end

complete -c bgs2ctl -f -a '(__bgs2ctl_complete)'
