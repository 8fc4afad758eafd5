internal import AEValue

/// The limits on what others may cost a node.
///
/// All parts of a node share one such object, and look up what they need where they need it. It begins with the
/// standard values of the rows.
final class NodeLimits {
  /// Limits on what is sent and received.
  @exclusivity(unchecked) var codec = CodecLimits(
    maximumSize: Limit.maxPacket.standard, maximumDepth: Limit.maxDepth.standard,
    maximumValues: Limit.maxValues.standard)
  /// How many bytes a name may have.
  var name = Limit.maxName.standard
  /// How many unauthenticated connections there may be at a time.
  var strangers = Limit.maxStrangers.standard
  /// How many of them may come from one address.
  var strangersPerAddress = Limit.maxStrangersPerAddress.standard
  /// How many dials may be under way at a time.
  var dials = Limit.maxDials.standard
  /// How many addresses of one node are used.
  var addresses = Limit.maxAddresses.standard
  /// How many bytes may wait for one node; 0: any number.
  @exclusivity(unchecked) var queue = Limit.maxQueue.standard
  /// How many bytes may wait for all nodes together; 0: any number.
  var queues = Limit.maxQueues.standard
  /// How many living ports one other node may have spawned here; 0: any number.
  var spawned = Limit.maxSpawned.standard
  /// How many bytes the database may take that a global node merges.
  var database = Limit.maxDatabase.standard
  /// How many database families one other node may monitor here, and how many questions of it may wait.
  var monitors = Limit.maxMonitors.standard
  /// How many data connections one other node may have that are not made yet.
  var dataConnections = Limit.maxDataConnections.standard
  /// How many log messages of one other node are caught a second.
  var caughtLines = Limit.maxCaughtLines.standard
  /// How many log lines about similar trouble with one peer there may be a minute.
  var logLines = Limit.maxLogLines.standard

  /// How many bytes may wait for one node before it is given up.
  var maximumQueue: Int { queue == 0 ? .max : queue }

  /// Takes over the limits that somebody has configured; the others stay as they are.
  func apply(_ configured: [Setting: Int]) {
    for limit in Limit.all {
      if let value = configured[limit.setting] { self[keyPath: limit.property] = value }
    }
  }

  /// Lowers what would take the descriptors from others; `descriptors` is how many the process may have.
  ///
  /// Half of them stay for those who are no strangers, and what is dialled leaves three quarters to those who
  /// come. Returns the number of strangers that is allowed now if somebody wanted more.
  func adapt(toDescriptors descriptors: Int) -> Int? {
    dials = min(dials, max(1, descriptors / 4))
    let most = max(1, descriptors / 2)
    guard strangers > most else { return nil }
    strangers = most
    return most
  }
}
