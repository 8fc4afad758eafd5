/// Which side of TLS one is; independent of who has connected to whom.
///
/// The names are those of Perl's `AnyEvent::Handle`.
public enum TLSRole: String, Hashable, Sendable {
  /// The client.
  case connect
  /// The server.
  case accept
}
