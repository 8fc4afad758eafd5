/// The commands that tell how the network does.
extension HelpTable {
  static let watching = [
    HelpEntry(
      "top", usage: ["[profile NAME] top [OPTION...]"], "show nodes, links and their traffic",
      text: [
        """
        Shows on a terminal, again and again: messages and bytes a second, bytes that wait and how \
        long the oldest has waited, round trips, the share of time in which callbacks have held up \
        the loop, starts and lost connections. Keys sort, filter, scroll and quit; "?" tells them. \
        Without a terminal it prints both tables once.
        """
      ],
      options: [
        .init(.once, "print both tables once, also to a terminal"),
        .init(.interval, "look so often; otherwise every second"),
        .init(.timeout, "end after so many seconds; otherwise never"),
      ],
      exitCodes: [.success, .failure, .usage, .noSuchNode, .authenticationRefused, .timedOut],
      isLast: true, examples: ["aemp top", "aemp top --once --interval 5"]),
    HelpEntry(
      "check", usage: ["[profile NAME] check [OPTION...]"],
      "tell a monitoring system whether all is well",
      text: [
        """
        Asks every node for its state, and prints a line that names each problem: a node that is \
        missing or does not answer (critical), that has found no global node or sees another \
        database than others (critical), more bytes waiting than allowed (warning), a certificate \
        that expires (warning) or has expired (critical), several versions (warning). What may pass \
        by itself is looked at again for 4 seconds. With prometheus as the format the figures of \
        all nodes are printed instead.
        """
      ],
      options: [
        .init(
          .nodes, "these have to be there; a name that ends in / or * stands for any that begin so"),
        .init(.count, "so many nodes have to be there at least"),
        .init(.queue, "more bytes than this must not wait on a connection; otherwise 16777216"),
        .init(.days, "certificates have to be valid for so many days; otherwise 14"),
        .init(.format, "nagios (a line, as usual), json or prometheus"),
        .init(.json, "the same as --format json"),
        .init(.timeout, "give up after so many seconds; otherwise 10"),
      ],
      exitCodes: CheckState.allCases.map(\.exitCode),
      meanings: [
        .success: "ok", .failure: "warning", .usage: "critical",
        .noSuchNode: "unknown: nothing could be checked",
      ],
      isLast: true,
      examples: ["aemp check --nodes seed/1,worker/ --count 4", "aemp check --format prometheus"]),
    HelpEntry(
      "bench", usage: ["[profile NAME] bench [OPTION...] NODE"],
      "measure rate and latency to a node",
      text: [
        """
        Sends messages that the node, of whatever program, relays back: one at a time for the round \
        trips, then as many as keep the link busy for the rate. The node has to do the work of \
        both ways, and so has the tool.
        """
      ],
      options: [
        .init(.size, "measure with messages of these sizes; otherwise 32"),
        .init(.framing, "have messages travel as cbor or json; otherwise as configured"),
        .init(.seconds, "measure so long for each size; otherwise 4"),
        .init(.count, "stop after so many messages of each kind"),
        .init(
          .json,
          """
          print JSON, an object for each size: {"node": "…", "size": N, "messages_per_second": …, \
          "min_ms": …, "p50_ms": …, "p99_ms": …, …}
          """),
        .init(.timeout, "give up after so many seconds; otherwise 300 more than measuring takes"),
      ],
      exitCodes: [
        .success, .failure, .usage, .noSuchNode, .authenticationRefused, .timedOut,
      ], isLast: true, examples: ["aemp bench --size 32,1024 --framing json seed/1"]),
  ]
}
