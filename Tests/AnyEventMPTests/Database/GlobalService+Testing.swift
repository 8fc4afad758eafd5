import AEValue

@testable import AnyEventMP

extension GlobalService {
  /// The service of a global node "me" whose listener is "h:1".
  static func serving() -> GlobalService {
    var service = GlobalService(node: "me")
    _ = service.becomeGlobal(database: ["'l": ["me": ["h:1"]]])
    return service
  }

  /// Handles a message as it comes from a connection.
  mutating func handle(_ sender: String, _ message: [Value]) throws -> [Action] {
    handle(try DatabaseRequest.parse(message), from: sender)
  }
}

extension [GlobalService.Action] {
  /// Whether the request was logged and nothing else done.
  var isIgnored: Bool {
    if case .ignored = first { count == 1 } else { false }
  }
}
