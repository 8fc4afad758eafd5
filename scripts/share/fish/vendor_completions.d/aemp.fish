# fish completion for aemp, made by scripts/generate of what the tool says about
# itself: change that.

# The profiles of the configuration file, which is laid out as the tool and
# Perl's do it.
function __aemp_profiles
    set -l file ~/.perl-anyevent-mp
    if set -q PERL_ANYEVENT_MP_RC
        set file $PERL_ANYEVENT_MP_RC
    else if set -q AE_MP_RC
        set file $AE_MP_RC
    end
    test -r "$file" -a -f "$file"; or return 0
    sed -n '/^   "profile" : {$/,/^   }/s/^      "\([^"\\\\]*\)" : {.*$/\1/p' $file 2>/dev/null
end

# What may be a value of a setting or command.
function __aemp_value
    switch $argv[1]
        case profile delprofile showprofile parent
            __aemp_profiles
        case norc force secure nodelay autocork
            printf '%s\n' 0 1
        case completion
            printf '%s\n' bash zsh fish
        case framing_format
            printf '%s\n' cbor json cbor,json
        case auth_offer auth_accept
            printf '%s\n' chacha20poly1305_x25519 secretbox_x25519 tls_sha3_512 hmac_sha3_512 tls_anon cleartext
        case log_level
            printf '%s\n' fatal alert crit error warn note info debug trace
    end
end

function __aemp_commands
    printf '%s\t%s\n' \
        gensecret 'make a new secret for the network' \
        setsecret 'the network\'s secret; "-" reads it from standard input' \
        secret 'the network\'s secret; "-" reads it from standard input' \
        delsecret 'the network\'s secret; "-" reads it from standard input' \
        setsecrets 'secrets to accept besides, while the secret changes' \
        secrets 'secrets to accept besides, while the secret changes' \
        delsecrets 'secrets to accept besides, while the secret changes' \
        gencert 'make a new key and certificate for TLS' \
        setcert 'key and certificate from a PEM file; "-": standard input' \
        cert 'key and certificate from a PEM file; "-": standard input' \
        delcert 'key and certificate from a PEM file; "-": standard input' \
        profile 'let the commands behind it work on this profile' \
        delprofile 'remove a profile' \
        setparent 'let the profile inherit from this one' \
        parent 'let the profile inherit from this one' \
        delparent 'let the profile inherit from this one' \
        showprofile 'show what a profile sets itself' \
        showconfig 'show what a node would be configured with' \
        setnodeid 'node id; %n: host name, %u or / at the end: random' \
        nodeid 'node id; %n: host name, %u or / at the end: random' \
        delnodeid 'node id; %n: host name, %u or / at the end: random' \
        setbinds 'where to listen: *:4040,127.0.0.1:4041' \
        binds 'where to listen: *:4040,127.0.0.1:4041' \
        delbinds 'where to listen: *:4040,127.0.0.1:4041' \
        addbind 'where to listen: *:4040,127.0.0.1:4041' \
        delbind 'where to listen: *:4040,127.0.0.1:4041' \
        setannounce 'where others reach this node, unless at its binds' \
        announce 'where others reach this node, unless at its binds' \
        delannounce 'where others reach this node, unless at its binds' \
        setseeds 'nodes to contact first: 10.0.0.1,10.0.0.2:4041' \
        seeds 'nodes to contact first: 10.0.0.1,10.0.0.2:4041' \
        delseeds 'nodes to contact first: 10.0.0.1,10.0.0.2:4041' \
        addseed 'nodes to contact first: 10.0.0.1,10.0.0.2:4041' \
        delseed 'nodes to contact first: 10.0.0.1,10.0.0.2:4041' \
        setservices 'what to start: My::Service::,My::function' \
        services 'what to start: My::Service::,My::function' \
        delservices 'what to start: My::Service::,My::function' \
        addservice 'what to start: My::Service::,My::function' \
        delservice 'what to start: My::Service::,My::function' \
        seteval 'Perl code to run, by nodes in Perl only' \
        deleval 'Perl code to run, by nodes in Perl only' \
        setmonitor_timeout 'seconds until an unreachable node is down' \
        monitor_timeout 'seconds until an unreachable node is down' \
        delmonitor_timeout 'seconds until an unreachable node is down' \
        setconnect_interval 'seconds that a connection attempt gets' \
        connect_interval 'seconds that a connection attempt gets' \
        delconnect_interval 'seconds that a connection attempt gets' \
        setheartbeat 'seconds of silence until a node is asked' \
        heartbeat 'seconds of silence until a node is asked' \
        delheartbeat 'seconds of silence until a node is asked' \
        setheartbeat_timeout 'seconds of silence until a node is down' \
        heartbeat_timeout 'seconds of silence until a node is down' \
        delheartbeat_timeout 'seconds of silence until a node is down' \
        setframing_format 'framings, most preferred first: cbor,json' \
        framing_format 'framings, most preferred first: cbor,json' \
        delframing_format 'framings, most preferred first: cbor,json' \
        setauth_offer 'authentication methods that we use' \
        auth_offer 'authentication methods that we use' \
        delauth_offer 'authentication methods that we use' \
        setauth_accept 'authentication methods that we accept' \
        auth_accept 'authentication methods that we accept' \
        delauth_accept 'authentication methods that we accept' \
        setsecure 'let no other node start functions here' \
        secure 'let no other node start functions here' \
        delsecure 'let no other node start functions here' \
        setnodelay 'send small packets at once' \
        nodelay 'send small packets at once' \
        delnodelay 'send small packets at once' \
        setautocork 'collect small packets, by nodes in Perl only' \
        autocork 'collect small packets, by nodes in Perl only' \
        delautocork 'collect small packets, by nodes in Perl only' \
        setlog_level 'what the process logs: error, warn, info, 9' \
        log_level 'what the process logs: error, warn, info, 9' \
        dellog_level 'what the process logs: error, warn, info, 9' \
        sethandshake_timeout 'seconds that a handshake may take' \
        handshake_timeout 'seconds that a handshake may take' \
        delhandshake_timeout 'seconds that a handshake may take' \
        setmax_strangers 'unauthenticated connections at a time' \
        max_strangers 'unauthenticated connections at a time' \
        delmax_strangers 'unauthenticated connections at a time' \
        setmax_strangers_per_address 'unauthenticated connections from one address' \
        max_strangers_per_address 'unauthenticated connections from one address' \
        delmax_strangers_per_address 'unauthenticated connections from one address' \
        setmax_dials 'connections to others under way at a time' \
        max_dials 'connections to others under way at a time' \
        delmax_dials 'connections to others under way at a time' \
        setmax_addresses 'addresses of one node that are used' \
        max_addresses 'addresses of one node that are used' \
        delmax_addresses 'addresses of one node that are used' \
        setmax_packet 'size of one message' \
        max_packet 'size of one message' \
        delmax_packet 'size of one message' \
        setmax_depth 'levels of nesting of one message' \
        max_depth 'levels of nesting of one message' \
        delmax_depth 'levels of nesting of one message' \
        setmax_values 'values in one message' \
        max_values 'values in one message' \
        delmax_values 'values in one message' \
        setmax_name 'length of a name' \
        max_name 'length of a name' \
        delmax_name 'length of a name' \
        setmax_queue 'what may wait for one node' \
        max_queue 'what may wait for one node' \
        delmax_queue 'what may wait for one node' \
        setmax_queues 'what may wait for all nodes together' \
        max_queues 'what may wait for all nodes together' \
        delmax_queues 'what may wait for all nodes together' \
        setmax_spawned 'living ports that one node may spawn here' \
        max_spawned 'living ports that one node may spawn here' \
        delmax_spawned 'living ports that one node may spawn here' \
        setmax_database 'size of the database that a global node merges' \
        max_database 'size of the database that a global node merges' \
        delmax_database 'size of the database that a global node merges' \
        setmax_monitors 'database families that one node may monitor here' \
        max_monitors 'database families that one node may monitor here' \
        delmax_monitors 'database families that one node may monitor here' \
        setmax_data_connections 'data connections of one node that are not made yet' \
        max_data_connections 'data connections of one node that are not made yet' \
        delmax_data_connections 'data connections of one node that are not made yet' \
        setmax_caught_lines 'log messages of one node that are caught' \
        max_caught_lines 'log messages of one node that are caught' \
        delmax_caught_lines 'log messages of one node that are caught' \
        setmax_log_lines 'log lines about similar trouble with one peer' \
        max_log_lines 'log lines about similar trouble with one peer' \
        delmax_log_lines 'log lines about similar trouble with one peer' \
        run 'run a node with these arguments of configure' \
        snd 'send a message to a port' \
        cal 'send a message, print the reply' \
        mon 'wait until a port is killed or a node lost' \
        eval 'have a node evaluate an expression' \
        restart 'have a node\'s supervisor start it anew' \
        reload 'have a node read its configuration again' \
        leave 'have a node leave the network and end' \
        ping 'measure round trips to a node' \
        nodes 'list the nodes of the network' \
        get 'print a family of the database' \
        watch 'print every change of a family' \
        wait 'wait until it is there' \
        trace 'show the connections that start from nodes' \
        shell 'take commands from standard input' \
        top 'show nodes, links and their traffic' \
        check 'tell a monitoring system whether all is well' \
        bench 'measure rate and latency to a node' \
        proxy 'carry connections between nodes, with faults' \
        help 'show this, or all about one command' \
        --help 'show this, or all about one command' \
        -h 'show this, or all about one command' \
        --version 'show the version' \
        completion 'print the completion for a shell' \
        manual 'print the manual page, in the language of mdoc'
end

# What run and showconfig take in pairs with a value.
function __aemp_settings
    printf '%s\t%s\n' \
        profile 'the profile to use' \
        norc 'leave the configuration file out' \
        force 'let these arguments win' \
        nodeid 'node id; %n: host name, %u or / at the end: random' \
        secret 'the network\'s secret; "-" reads it from standard input' \
        secrets 'secrets to accept besides, while the secret changes' \
        cert 'key and certificate from a PEM file; "-": standard input' \
        binds 'where to listen: *:4040,127.0.0.1:4041' \
        announce 'where others reach this node, unless at its binds' \
        seeds 'nodes to contact first: 10.0.0.1,10.0.0.2:4041' \
        services 'what to start: My::Service::,My::function' \
        eval 'Perl code to run, by nodes in Perl only' \
        monitor_timeout 'seconds until an unreachable node is down' \
        connect_interval 'seconds that a connection attempt gets' \
        heartbeat 'seconds of silence until a node is asked' \
        heartbeat_timeout 'seconds of silence until a node is down' \
        framing_format 'framings, most preferred first: cbor,json' \
        auth_offer 'authentication methods that we use' \
        auth_accept 'authentication methods that we accept' \
        secure 'let no other node start functions here' \
        nodelay 'send small packets at once' \
        autocork 'collect small packets, by nodes in Perl only' \
        log_level 'what the process logs: error, warn, info, 9' \
        handshake_timeout 'seconds that a handshake may take' \
        max_strangers 'unauthenticated connections at a time' \
        max_strangers_per_address 'unauthenticated connections from one address' \
        max_dials 'connections to others under way at a time' \
        max_addresses 'addresses of one node that are used' \
        max_packet 'size of one message' \
        max_depth 'levels of nesting of one message' \
        max_values 'values in one message' \
        max_name 'length of a name' \
        max_queue 'what may wait for one node' \
        max_queues 'what may wait for all nodes together' \
        max_spawned 'living ports that one node may spawn here' \
        max_database 'size of the database that a global node merges' \
        max_monitors 'database families that one node may monitor here' \
        max_data_connections 'data connections of one node that are not made yet' \
        max_caught_lines 'log messages of one node that are caught' \
        max_log_lines 'log lines about similar trouble with one peer'
end

# The options of a command.
function __aemp_options
    switch $argv[1]
        case setsecret secret
            printf '%s\t%s\n' \
                --force 'take a shorter one, which others guess'
        case setsecrets secrets
            printf '%s\t%s\n' \
                --force 'take shorter ones, which others guess'
        case showprofile showconfig
            printf '%s\t%s\n' \
                --json 'print it in one line' \
                --reveal 'show secret and certificate instead of asterisks'
        case run
            printf '%s\t%s\n' \
                --json 'print {"binds": […], "node": "…"} when it is ready' \
                --ready-fd 'write that line to this descriptor, too, and close it' \
                --pid-file 'hold the supervisor\'s process id in this file' \
                --heartbeat 'seconds of silence until it is stuck' \
                --force 'take a secret of fewer than 8 characters'
        case snd restart leave
            printf '%s\t%s\n' \
                --json 'allowed for scripts that always give it' \
                --timeout 'give up after so many seconds'
        case cal mon eval reload nodes get
            printf '%s\t%s\n' \
                --json 'print JSON, one object a line' \
                --timeout 'give up after so many seconds'
        case ping
            printf '%s\t%s\n' \
                --json 'print JSON, one object a line' \
                --count 'measure so many' \
                --timeout 'give up after so many seconds'
        case watch
            printf '%s\t%s\n' \
                --json 'print JSON, one object a line' \
                --count 'end after so many changes' \
                --timeout 'give up after so many seconds'
        case wait
            printf '%s\t%s\n' \
                --json 'allowed for scripts that always give it' \
                --count 'wait for so many nodes or keys' \
                --timeout 'give up after so many seconds'
        case trace
            printf '%s\t%s\n' \
                --json 'print JSON, one object a line' \
                --svg 'draw the network into this file' \
                --timeout 'give up after so many seconds'
        case shell
            printf '%s\t%s\n' \
                --json 'print JSON, one object a line' \
                --timeout 'give up a command after so many seconds'
        case top
            printf '%s\t%s\n' \
                --once 'print both tables once, also to a terminal' \
                --interval 'look so often' \
                --timeout 'end after so many seconds'
        case check
            printf '%s\t%s\n' \
                --nodes 'these have to be there' \
                --count 'so many nodes have to be there at least' \
                --queue 'more bytes than this must not wait on a connection' \
                --days 'certificates have to be valid for so many days' \
                --format 'nagios (a line, as usual), json or prometheus' \
                --json 'the same as --format json' \
                --timeout 'give up after so many seconds'
        case bench
            printf '%s\t%s\n' \
                --size 'measure with messages of these sizes' \
                --framing 'have messages travel as cbor or json' \
                --seconds 'measure so long for each size' \
                --count 'stop after so many messages of each kind' \
                --json 'print JSON, an object for each size' \
                --timeout 'give up after so many seconds'
        case proxy
            printf '%s\t%s\n' \
                --control 'the socket of the proxy' \
                --json 'print JSON, one object a line' \
                --timeout 'give up waiting for the proxy after so many seconds'
        case help --help -h
            printf '%s\t%s\n' \
                --json 'print an object a line for each command, with "commands", "usage", "summary", "text", "options", "exit_codes" and "examples"'
        case --version
            printf '%s\t%s\n' \
                --json 'print {"version": "…"}'
        case '*'
            return 1
    end
    printf '%s\t%s\n' --help 'show all about the command'
end

# Which command the word belongs to, how many words came behind it, and the
# last of them.
function __aemp_line
    # Commands that take nothing.
    set -l plain \
        gensecret delsecret delsecrets gencert delcert delparent delnodeid \
        delbinds delannounce delseeds delservices deleval delmonitor_timeout \
        delconnect_interval delheartbeat delheartbeat_timeout \
        delframing_format delauth_offer delauth_accept delsecure delnodelay \
        delautocork dellog_level delhandshake_timeout delmax_strangers \
        delmax_strangers_per_address delmax_dials delmax_addresses \
        delmax_packet delmax_depth delmax_values delmax_name delmax_queue \
        delmax_queues delmax_spawned delmax_database delmax_monitors \
        delmax_data_connections delmax_caught_lines delmax_log_lines manual
    # Commands that take all that is behind them.
    set -l final \
        showconfig run snd cal mon eval restart reload leave ping nodes get \
        watch wait trace shell top check bench proxy help --help -h --version
    set -l command ''
    set -l previous ''
    set -l used 0
    set -l typed (commandline -opc)
    set -e typed[1]
    for word in $typed
        if test -z "$command"
            contains -- $word $plain; or set command $word
            set used 0
        else if contains -- $command $final
            set used (math $used + 1)
        else if not string match -q -- '--*' $word; or test "$command" != showprofile
            set command ''
        end
        set previous $word
    end
    printf '%s\n' "$command" $used "$previous"
end

function __aemp_wants_file
    set -l line (__aemp_line)
    contains -- "$line[3]" --svg --control --pid-file
    or contains -- "$line[1]" setcert cert
end

function __aemp
    set -l line (__aemp_line)
    set -l command $line[1]
    set -l used $line[2]
    set -l previous $line[3]
    if contains -- "$previous" --svg --control --pid-file --timeout --count --ready-fd --heartbeat --nodes --queue --days --format --size --framing --seconds --interval
        return
    end
    if test -z "$command"
        __aemp_commands
        return
    end
    if string match -q -- '-*' (commandline -ct); and __aemp_options $command
        return
    end
    switch $command
        case help --help -h
            __aemp_commands
        case setcert cert
            return
        case run showconfig
            # A profile if anything, then settings and values in turn.
            set -l settings (__aemp_settings | string replace -r '\t.*' '')
            if test $used -gt 0; and contains -- "$previous" $settings
                __aemp_value $previous
                return
            end
            if test $used = 0; or string match -q -- '-*' "$previous"
                __aemp_profiles
            end
            __aemp_settings
        case wait
            test $used = 0; and printf '%s\n' node port family
        case '*'
            __aemp_value (string replace -r '^set' '' -- $command)
    end
end

complete -c aemp -f
complete -c aemp -n __aemp_wants_file -F
complete -c aemp -a '(__aemp)'
