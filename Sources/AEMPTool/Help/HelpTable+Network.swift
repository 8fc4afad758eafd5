/// The commands that talk to other nodes.
extension HelpTable {
  static let messages = [
    HelpEntry(
      "snd", usage: ["[profile NAME] snd [OPTION...] PORT VALUE..."], "send a message to a port",
      text: [
        """
        Done when the port's node has taken the message. A value is a word, or JSON if it begins \
        with [, { or "; options stand before PORT. \(anotherNode)
        """
      ], options: [silent, fiveMinutes], exitCodes: aboutPort,
      isLast: true, examples: ["aemp snd 'seed/x#counter' add '[1, 2]'"]),
    HelpEntry(
      "cal", usage: ["[profile NAME] cal [OPTION...] PORT VALUE..."],
      "send a message, print the reply",
      text: [
        """
        Appends a port for the reply to the message, and waits for it. Options stand before PORT: \
        all behind it is the message.
        """
      ],
      options: [json(#"{"reply": […]}"#), fiveMinutes], exitCodes: aboutPort,
      isLast: true, examples: ["aemp cal --timeout 5 'seed/x#counter' get"]),
    HelpEntry(
      "mon", usage: ["[profile NAME] mon [OPTION...] PORT"],
      "wait until a port is killed or a node lost",
      text: ["Prints the reason; PORT may be a node id."],
      options: [json(#"{"port": "…", "reason": […]}"#), forEver], exitCodes: aboutPort,
      isLast: true, examples: ["aemp mon 'seed/x#counter'"]),
    HelpEntry(
      "eval", usage: ["[profile NAME] eval [OPTION...] NODE EXPRESSION..."],
      "have a node evaluate an expression",
      text: [
        """
        Prints the results, one a line. A node in Perl evaluates any Perl code; one in Swift \
        answers $$ and AnyEvent::MP::Kernel::up_nodes. The setting eval is changed by seteval.
        """
      ], options: [json(#"{"results": […]}"#), fiveMinutes], exitCodes: aboutNode,
      isLast: true, examples: ["aemp eval seed/x '$$'"]),
    HelpEntry(
      "restart", usage: ["[profile NAME] restart [OPTION...] NODE"],
      "have a node's supervisor start it anew",
      options: [silent, fiveMinutes], exitCodes: aboutNode,
      isLast: true, examples: ["aemp restart seed/x"]),
    HelpEntry(
      "reload", usage: ["[profile NAME] reload [OPTION...] NODE"],
      "have a node read its configuration again",
      text: [
        """
        Prints what has changed, and which settings count only from the next start on. A file that \
        cannot be used changes nothing. A node that is secure refuses; on its own host, the signal HUP \
        to "aemp run" does the same.
        """
      ],
      options: [json(#"{"setting": "…", "applied": true, "text": "…"}"#), fiveMinutes],
      exitCodes: aboutNode, isLast: true, examples: ["aemp reload seed/x"]),
    HelpEntry(
      "leave", usage: ["[profile NAME] leave [OPTION...] NODE"],
      "have a node leave the network and end",
      text: [
        """
        Done when it is gone. What it has sent arrives before that, and monitors of its ports get the \
        reason leaving. Nodes of "aemp run" and programs that allow it do so, unless they are secure; \
        on its own host, the signal TERM to "aemp run" does the same.
        """
      ],
      options: [silent, fiveMinutes], exitCodes: aboutNode,
      isLast: true, examples: ["aemp leave --timeout 10 worker/x"]),
    HelpEntry(
      "ping", usage: ["[profile NAME] ping [OPTION...] NODE"], "measure round trips to a node",
      options: [
        json(#"{"node": "…", "count": N, "min_ms": …, "median_ms": …, "max_ms": …}"#),
        .init(.count, "measure so many; otherwise 5"), fiveMinutes,
      ], exitCodes: aboutNode, isLast: true, examples: ["aemp ping --count 10 seed/x"]),
  ]

  static let network = [
    HelpEntry(
      "nodes", usage: ["[profile NAME] nodes [OPTION...]"], "list the nodes of the network",
      text: ["Prints node id, addresses, and whether the node keeps the database (global)."],
      options: [json(#"{"node": "…", "binds": ["…"], "global": true}"#), fiveMinutes],
      exitCodes: aboutNode, isLast: true, examples: ["aemp nodes --json"]),
    HelpEntry(
      "get", usage: ["[profile NAME] get [OPTION...] [family] FAMILY"],
      "print a family of the database",
      options: [json(#"{"key": "…", "value": …}"#), fiveMinutes], exitCodes: aboutNode,
      isLast: true, examples: ["aemp get eg_receivers"]),
    HelpEntry(
      "watch", usage: ["[profile NAME] watch [OPTION...] [family] FAMILY"],
      "print every change of a family",
      text: ["What is there at the beginning counts as added."],
      options: [
        json(#"{"change": "added", "key": "…", "value": …}"#),
        .init(.count, "end after so many changes"), forEver,
      ], exitCodes: aboutNode, isLast: true, examples: ["aemp watch eg_receivers --count 1"]),
    HelpEntry(
      "wait", usage: ["[profile NAME] wait [OPTION...] node|port|family NAME"],
      "wait until it is there",
      text: [
        """
        Waits until the node answers, the port exists, or the family has a key; also for seeds \
        that are about to start. A node name that ends in / or * stands for all that begin so.
        """
      ],
      options: [
        silent,
        .init(.count, "wait for so many nodes or keys; with 0, until all are gone"), fiveMinutes,
      ], exitCodes: [.success, .failure, .usage, .authenticationRefused, .timedOut],
      isLast: true, examples: ["aemp wait family workers --count 3 --timeout 10"]),
    HelpEntry(
      "trace", usage: ["[profile NAME] trace [OPTION...] [NODE...]"],
      "show the connections that start from nodes",
      text: [
        """
        Follows the connections of the given nodes, or of the seeds, node by node. Tools like \
        itself, whose node ids begin with anon/, are left out.
        """
      ],
      options: [
        json("an object for each node and connection"),
        .init(.svg, "draw the network into this file"), fiveMinutes,
      ], exitCodes: aboutNode, isLast: true, examples: ["aemp trace --svg network.svg"]),
    HelpEntry(
      "shell", usage: ["[profile NAME] shell [OPTION...] [NODE]"],
      "take commands from standard input",
      text: [
        """
        The shell's own "help" lists its commands. From a pipe it prints nothing but results, and \
        ends with the code of the last command that went wrong.
        """
      ],
      options: [
        json("the same objects as the commands"),
        .init(.timeout, "give up a command after so many seconds; otherwise 30"),
      ],
      exitCodes: ExitCode.allCases, isLast: true,
      examples: ["echo 'cal seed/x#counter get' | aemp shell"]),
  ]

  private static let anotherNode = """
    The tool joins the network as a node of its own, by the seeds of the profile "aemp" or of all.
    """

  private static let aboutNode: [ExitCode] = [
    .success, .failure, .usage, .noSuchNode, .authenticationRefused, .timedOut,
  ]
  private static let aboutPort = ExitCode.allCases

  private static func json(_ printed: String) -> HelpEntry.OptionText {
    .init(.json, "print JSON, one object a line: \(printed)")
  }

  private static let silent = HelpEntry.OptionText(
    .json, "allowed for scripts that always give it: nothing is printed")
  private static let fiveMinutes = HelpEntry.OptionText(
    .timeout, "give up after so many seconds; otherwise 300")
  private static let forEver = HelpEntry.OptionText(
    .timeout, "give up after so many seconds; otherwise never")
}
