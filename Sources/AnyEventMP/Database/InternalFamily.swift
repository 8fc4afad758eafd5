/// The two families that the nodes themselves keep in the distributed database.
///
/// # What converges, and to what
///
/// Every node has a *local* database: family → key → value. A global node holds, by owner, the local
/// databases of its slaves, its own, and what each other global node sent of *its* slaves. What it
/// shows is the merge of them all: a key is there when an owner holds it, and of several values the
/// one whose canonical CBOR encoding is greatest shows (`ValueOrder`). The merge depends on
/// neither the order of arrival nor on who merged first: a global node sends the others the greatest
/// value of its own slaves, and the greatest of the greatest is the greatest of all.
///
/// **The rule.** Once (a) no node sets or deletes any more, (b) connections no longer come and go,
/// (c) every slave has a master and every two global nodes are connected, and (d) what was sent has
/// arrived, then on every node every monitored family and every answer to a query equals the merge of
/// the local databases of the nodes that are alive, and `'g` lists exactly the global ones. Nothing of
/// a node that is gone remains, nothing of a living one is missing.
///
/// Why it holds, link by link, since a link keeps its order:
/// - slave → master: `g_slave` carries the whole local database once a connection, each later change
///   follows as `g_upd`; the master drops it all when the connection goes.
/// - global → global: after `g_global` comes `g_set`, the whole of the sender's own and its slaves'
///   view, then each change of that view as `g_upd`. What came from another global node is never
///   passed on, so no rumour outlives its source; the one exception are the `'l` and `'g` entries of
///   a directly connected global node, which vanish with that connection.
/// - master → slave: after `g_mon1` comes `g_chg1`, the whole family, then each change as `g_chg2`.
///   After a change of master the slave compares `g_chg1` with its copy; so what was missed in
///   between shows as added, changed and deleted keys, each once.
///
/// While two global nodes are cut off from each other, each shows the merge of what it can reach.
/// After healing (c) is restored by both sides dialling: lost global nodes stay on the list of
/// connections to keep alive (`GlobalService`).
enum InternalFamily {
  /// Node id → array of the addresses where it listens (`'l`).
  static let listeners = "'l"
  /// Id of a global node → null (`'g`).
  static let globals = "'g"
}
