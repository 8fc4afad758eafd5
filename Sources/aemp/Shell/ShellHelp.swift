/// What the shell answers to `help`, at 80 columns.
enum ShellHelp {
  static let text = """
    snd PORT VALUE...       send a message
    cal PORT VALUE...       send a message with a reply port, print the reply
    mon PORT                say when the port is killed or its node is lost
    kil PORT REASON...      kill a port
    eval EXPRESSION         have the current node evaluate it
    nodes                   list the nodes of the network
    ping [NODE]             measure round trips
    restart [NODE]          have the node's supervisor start it anew
    get FAMILY              print a family of the database (also: db_family)
    watch FAMILY            print every change of a family (also: db_mon)
    set FAMILY KEY [VALUE]  set a key for as long as the shell runs (also: db_set)
    del FAMILY KEY...       delete such keys (also: db_del)
    wait node|port|family NAME [--count N]
                            wait until it, or N of it, is there; 0: until it is gone
    =NODE                   make that node the current one
    =                       make the shell's own node the current one
    quit                    end, as the end of the input does

    PORT is node#port; #port belongs to the current node, and # or '' is that
    node's own port. $NODE is the shell's own node, $ECHO a port of it that prints
    every message it gets. VALUE is a word, text in ' ', or JSON.

    """
}
