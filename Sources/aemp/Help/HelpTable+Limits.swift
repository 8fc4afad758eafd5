import AnyEventMP

/// The limits on what others may cost a node.
extension HelpTable {
  static let limits = [
    setting(
      .handshakeTimeout, "S", "seconds that a handshake may take",
      """
      Whoever connects and has not authenticated by then is dropped; unless it is set, it is \
      monitor_timeout.
      """, "10"),
    setting(
      .maxStrangers, "N", "unauthenticated connections at a time",
      """
      When one more comes in, the oldest of the address that has most of them is dropped. 1024 \
      unless it is set, and never more than half of the descriptors that the process may have.
      """, "1024"),
    setting(
      .maxStrangersPerAddress, "N", "unauthenticated connections from one address",
      """
      When one more comes in, the oldest from there is dropped. For IPv6, an address is a \
      network of 64 bits. 256 unless it is set.
      """, "256"),
    setting(
      .maxDials, "N", "connections to others under way at a time",
      """
      Further ones wait; those for which messages wait go first. 64 unless it is set, and never \
      more than a quarter of the descriptors that the process may have.
      """, "64"),
    setting(
      .maxAddresses, "N", "addresses of one node that are used",
      """
      What it lists beyond, or twice, is left out. 32 unless it is set.
      """, "32"),
    setting(
      .maxPacket, "BYTES", "size of one message",
      """
      A connection on which a larger one arrives is closed, and a port that sends one is killed. \
      16777216 unless it is set.
      """, "16777216"),
    setting(
      .maxDepth, "N", "levels of nesting of one message",
      "As with max_packet. 512 unless it is set, which is the most that there can be.", "512"),
    setting(
      .maxValues, "N", "values in one message",
      """
      As with max_packet; elements of lists, keys and values of hashes count. 200000 unless it is set: so many \
      take a tenth of a second to read, at most.
      """, "200000"),
    setting(
      .maxName, "BYTES", "length of a name",
      """
      Names of ports, functions, nodes, database families and keys. A request that uses a longer one is \
      refused, such a key is left out, and a port that sends to such a node is killed. 4096 unless it is set.
      """, "4096"),
    setting(
      .maxQueue, "BYTES", "what may wait for one node",
      """
      A node that does not take more counts as down; 0: any number. 268435456 unless it is set.
      """, "268435456"),
    setting(
      .maxQueues, "BYTES", "what may wait for all nodes together",
      """
      Beyond, the connected node that most waits for counts as down; of nodes that are not connected, for \
      which a quarter may wait, the one that the next message is for. 0: any number. 536870912 unless it is set.
      """, "536870912"),
    setting(
      .maxSpawned, "N", "living ports that one node may spawn here",
      """
      Beyond, it is refused; monitors get the reason too_many_ports; 0: any number. \
      100000 unless it is set.
      """, "100000"),
    setting(
      .maxDatabase, "BYTES", "size of the database that a global node merges",
      """
      A node that is not global may have a quarter of it. Entries beyond are left out. 134217728 unless it is \
      set.
      """, "134217728"),
    setting(
      .maxMonitors, "N", "database families that one node may monitor here",
      """
      And questions of it that may wait for their answers. Further ones are refused. 10000 unless it is set.
      """, "10000"),
    setting(
      .maxDataConnections, "N", "data connections of one node that are not made yet",
      """
      Those that it has announced, and those that it has asked us to dial; beyond, it is told so. Of all \
      nodes together sixteen times as many. 64 unless it is set.
      """, "64"),
    setting(
      .maxCaughtLines, "N", "log messages of one node that are caught",
      "So many a second; of further ones the number is logged. 1000 unless it is set.", "1000"),
    setting(
      .maxLogLines, "N", "log lines about similar trouble with one peer",
      "So many a minute; of further ones the number is logged. 10 unless it is set.", "10"),
  ]
}
