import Foundation
import Testing

/// A seed and other nodes as processes, and the tool configured to find them.
final class TestNetwork {
  /// The tool; its configuration knows the seed.
  let tool: ToolRunner
  private let seed: RunningNode
  private var others: [RunningNode] = []
  let seedAddress: String
  private static let secret = String(repeating: "geheim", count: 10)

  init(seedSettings: String = "") throws {
    tool = try ToolRunner()
    seed = try RunningNode(tool: Self.configured("seed/1", seeds: "", seedSettings))
    seedAddress = try Self.address(of: seed)
    try tool.write(Self.configuration(seeds: "\"\(seedAddress)\""))
  }

  /// Runs the tool; the network lives at least until it has ended.
  func run(_ arguments: String..., input: String = "") throws -> ToolResult {
    try withExtendedLifetime(self) { try tool.run(arguments, input: input) }
  }

  /// Starts another node and waits until it is ready.
  func start(_ id: String, _ settings: String = "") throws -> RunningNode {
    let node = try RunningNode(
      tool: Self.configured(id, seeds: "\"\(seedAddress)\"", settings))
    _ = try Self.address(of: node)
    others.append(node)
    return node
  }

  /// Ends a node without a good-bye, with its supervisor.
  func kill(_ node: RunningNode) throws {
    let worker = try node.worker()
    _ = Foundation.kill(node.supervisor, SIGKILL)
    _ = Foundation.kill(worker, SIGKILL)
  }

  /// The tool with another secret than the network.
  func stranger() throws -> ToolRunner {
    let tool = try ToolRunner()
    try tool.write(
      Self.configuration(seeds: "\"\(seedAddress)\"", secret: String(repeating: "fremd", count: 10))
    )
    return tool
  }

  private static func address(of node: RunningNode) throws -> String {
    let line = try node.line()
    return try #require(line.split(separator: "\t").last.map(String.init))
  }

  private static func configured(
    _ id: String, seeds: String, _ settings: String
  ) throws -> ToolRunner {
    let tool = try ToolRunner()
    try tool.write(
      configuration(
        "\"nodeid\": \"\(id)\", \(settings.isEmpty ? "" : settings + ", ")", seeds: seeds))
    return tool
  }

  private static func configuration(
    _ settings: String = "", seeds: String, secret: String = secret
  ) -> String {
    """
    {\(settings) "binds": ["127.0.0.1:*"], "seeds": [\(seeds)], "secret": "\(secret)",
     "profile": {"aemp": {"binds": ["127.0.0.1:*"]}}}
    """
  }
}
