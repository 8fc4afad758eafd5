/// How the tool is used, at 80 columns.
enum Help {
  static let text = """
    usage: aemp [profile NAME] COMMAND [ARGUMENT...] [COMMAND...]

    Commands can be given one behind the other; nothing is done unless all are
    understood. They work on the configuration file that all programs of a user
    share: $PERL_ANYEVENT_MP_RC, $AE_MP_RC or ~/.perl-anyevent-mp.

    Secret:
      gensecret             make a new secret for the network
      setsecret SECRET|-    set it; "-" reads it from standard input
      delsecret             remove it

    Profiles:
      profile NAME          let the commands behind it change this profile
      delprofile NAME       remove a profile
      setparent NAME        let the profile inherit from this one
      showprofile NAME      show what a profile sets itself

    Settings (the word "set" may be left out; "del" instead of it removes one):
      setnodeid ID          node id; %n: host name, %u or "/" at the end: random
      setbinds LIST         where to listen: *:4040,127.0.0.1:4041
      setseeds LIST         nodes to contact first: 10.0.0.1:4040,10.0.0.2:4040
      setservices LIST      what to start: My::Service::,My::function
      setmonitor_timeout S  seconds until an unreachable node counts as down
      setconnect_interval S seconds that a connection attempt gets
      setheartbeat S        seconds of silence until a node is asked
      setheartbeat_timeout S
                            seconds of silence until a node counts as down
      setframing_format L   framings, most preferred first: cbor,json
      setauth_offer LIST    authentication methods that we use
      setauth_accept LIST   authentication methods that we accept
      setsecure 0|1         let no other node start functions here
      setnodelay 0|1        send small packets at once
      setautocork 0|1       collect small packets
      addbind, delbind, addseed, delseed, addservice, delservice ELEMENT...
                            change a list by what the commas separate

    Nodes:
      showconfig [PROFILE] [NAME VALUE...]
                            show what a node would be configured with; without
                            arguments, what all profiles inherit. Secrets are
                            hidden unless --reveal is the first or last argument
      run [OPTION...] [PROFILE] [NAME VALUE...]
                            run a node with these arguments of configure until
                            it gets TERM or INT; print its id and addresses when
                            it is ready; start it again when it has crashed, is
                            stuck or is told to by "aemp restart" or HUP
        --json              print {"binds":[...],"node":"..."} instead
        --ready-fd N        write that line to this descriptor, too; close it
        --pid-file FILE     hold the process id in a file
        --heartbeat S       seconds of silence until it is stuck: 60; 0: never

    LIST is text with commas or a JSON array. All arguments can be given as one
    JSON array: aemp '["setbinds", ["*:4040"]]'.

    Exit code: 0; 2 when the command line is wrong (nothing was done); 1 for any
    other failure.

    """
}
