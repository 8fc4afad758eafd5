/// The command for links in trouble.
extension HelpTable {
  static let tests = [
    HelpEntry(
      "proxy", usage: ["proxy [OPTION...]", "proxy --control FILE [OPTION...] COMMAND..."],
      "carry connections between nodes, with faults",
      text: [
        """
        Without a command it runs a proxy for tests. It takes commands from standard input until that \
        ends, or with --control from a socket that only its user can use, until TERM or INT. With \
        both --control and a command the running proxy there does the command.
        """,
        """
        "node NODE [HOST:PORT]" makes a listener for a node, and prints its address, which the node has to \
        announce, and the one where the node has to listen: the given one, or a free one that is kept \
        for it. Whoever connects says in its greeting which node it is; so it is known between which two \
        nodes a connection is.
        """,
        """
        "cut A B" closes the connections between two nodes, and new ones; "refuse A B" only new ones; \
        "silence A B" passes nothing on and closes nothing. "slow A B RATE" passes so many bytes a second \
        in each direction, "delay A B MS" each so many milliseconds later; "drop A B PROBABILITY [SEED]" \
        closes connections at random: the probability is that for each 1024 bytes. "heal A B" takes the \
        faults of a link away, "heal" those of all; "partition A,B C,D" cuts every link between two \
        groups. All have effect at once, and are done when the command ends.
        """,
        """
        "list" prints the links that were used: both nodes, connections, dropped and refused ones, bytes, and \
        the faults. Connections to a node that does not listen are closed, counted as refused, and said on \
        standard error, ten times for each node; the node "?" stands for those that are none of the \
        proxy's. "wait A B COUNTER COUNT" waits until one of these counts, connections, drops, refusals \
        or bytes, is as high; with 0, until there are none.
        """,
      ],
      options: [
        .init(.control, "the socket of the proxy"),
        .init(.json, "print JSON, one object a line"),
        .init(.timeout, "give up waiting for the proxy after so many seconds; otherwise 300"),
      ], exitCodes: [.success, .failure, .usage, .noSuchNode, .timedOut],
      isLast: true,
      examples: [
        "aemp proxy --control proxy.socket &", "aemp proxy --control proxy.socket node seed",
        "aemp proxy --control proxy.socket cut seed worker/1",
      ])
  ]
}
