// swift-tools-version: 6.2
import PackageDescription

/// The programs, each a folder with its `main.swift`, and the products that they use.
let programs =
  [
    "eg_async_chat_room", "eg_async_pool",
    "eg_chat_bridge_client", "eg_chat_bridge_server", "eg_chat_client", "eg_chat_member",
    "eg_chat_room", "eg_chat_server",
    "eg_file_server", "eg_first_message", "eg_objects", "eg_pool", "eg_receiver", "eg_rpc_client",
    "eg_rpc_server",
    "eg_sender", "eg_worker",
  ].map { ($0, "AnyEventMP") } + [
    ("eg_http_check", "AnyEventHTTP"), ("eg_philosophers", "AnyEventMPDistributed"),
    ("eg_philosophers_cluster", "AnyEventMPDistributed"),
  ]

/// The programs in Perl that lie beside some of them.
let originals = ["eg_file_server": ["file_server.pl"], "eg_http_check": ["check.pl"]]

/// Ports of programs in Perl, each a folder with the original and its `main.swift`.
let ports =
  [
    "redis_client", "json_rpc", "http_server", "line_proxy", "port_scanner", "pipeline", "udp_time",
    "tls_echo",
    "memcached_client", "beanstalkd_client", "irc_bot", "lookup", "watch_directory",
    "rabbitmq_client",
  ].map { ($0, "AnyEvent") } + [("http_client", "AnyEventHTTP")]

// A package of its own, so that nobody who uses the libraries builds the examples.
let package = Package(
  name: "examples",
  dependencies: [.package(name: "swift-anyevent", path: "..")],
  targets: programs.map { program, product in
    target(program, product, path: program, exclude: originals[program] ?? [])
  }
    + ports.map { program, product in
      target(
        "eg_\(program)", product, path: "Ports/\(program)",
        exclude: ["\(program).pl"])
    })

func target(_ name: String, _ product: String, path: String, exclude: [String]) -> Target {
  .executableTarget(
    name: name, dependencies: [.product(name: product, package: "swift-anyevent")], path: path,
    exclude: exclude,
    swiftSettings: [
      .defaultIsolation(MainActor.self),
      .swiftLanguageMode(.v6),
      .enableUpcomingFeature("ExistentialAny"),
      .enableUpcomingFeature("InternalImportsByDefault"),
      .enableUpcomingFeature("MemberImportVisibility"),
      .enableUpcomingFeature("NonisolatedNonsendingByDefault"),
    ])
}
