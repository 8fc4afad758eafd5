import AnyEventLog
import AnyEventMP
import AnyEventMPLifecycle
import AnyEventMPMetrics
import CoreMetrics
import Glibc
import Logging
import ServiceLifecycle
import UnixSignals

/// A server with a node in it: it logs by swift-log, has its metrics in swift-metrics, and is a group of services that
/// TERM and INT shut down in order.
///
/// Start it twice, the second one with the first one as a seed: they find and greet each other. `AE_VERBOSE=7` shows
/// what it does, 9 its metrics, too.
@main
struct Server {
  static func main() async {
    LoggingSystem.bootstrap(
      AnyEventLogHandler.init(label:metadataProvider:), metadataProvider: nil)
    MetricsSystem.bootstrap(LoggedMetrics(Logger(label: "eg_server::metrics")))
    let logger = Logger(label: "eg_server")

    let node = NodeService(ConfigurationArguments(nodeid: "eg_server/%u")) { node in
      node.publishMetrics(every: 1)
      startGreeter(on: node, logger)
    }
    // The last one is shut down first.
    let services: [any Service] = [
      Announced("the store", Store()), Announced("the node", node),
      Announced("the front", Front(node)),
    ]
    let group = ServiceGroup(
      services: services, gracefulShutdownSignals: [.sigterm, .sigint], logger: logger)
    do {
      try await group.run()
    } catch {
      logger.critical("the server has failed", metadata: ["error": "\(error)"])
      exit(1)
    }
  }

  /// A port that greets back, and greets all others of its kind.
  private static func startGreeter(on node: Node, _ logger: Logger) {
    let greeter = node.port()
    greeter.receive("greet") { (name: String, reply: PortID) in
      logger.notice("greeted", metadata: ["by": "\(name)"])
      reply.send("hello, \(name)")
    }
    let greeters = node.database["greeters"]
    greeters.register(greeter)
    greeters.monitor { [unowned node] _, added, _, _ in
      for other in added.map({ PortID($0) }) where other.node != node.id {
        node.monitor(other) { _ in print("\(other.node) has gone") }
        node.call(other, "greet", node.id, timeout: 10) { reply in
          print("\(other.node) says: \(reply.first?.string ?? "nothing")")
        }
      }
    }
  }
}

/// What the node uses, such as a database, and so must be there longer.
struct Store: Service {
  func run() async throws { try await gracefulShutdown() }
}

/// What uses the node, such as a web server.
struct Front: Service {
  private let node: NodeService

  init(_ node: NodeService) { self.node = node }

  func run() async throws {
    let handle = try await node.handle
    handle.post { node in print("\(node.id) is ready") }
    try await gracefulShutdown()
  }
}

/// A service that says when it has ended.
struct Announced: Service {
  private let name: String
  private let service: any Service

  init(_ name: String, _ service: any Service) {
    self.name = name
    self.service = service
  }

  func run() async throws {
    try await service.run()
    print("\(name) has ended")
  }
}
