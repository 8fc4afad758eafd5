// swift-tools-version: 6.2
import PackageDescription

let package = Package(
  name: "swift-anyevent",
  products: [
    .library(name: "AnyEvent", targets: ["AnyEvent"]),
    .library(name: "AnyEventMP", targets: ["AnyEventMP"]),
    .library(name: "AnyEventMPTesting", targets: ["AnyEventMPTesting"]),
    .library(name: "AEMPC", targets: ["AEMPC"]),
    .executable(name: "aemp", targets: ["aemp"]),
  ],
  targets: [
    // C libraries
    .systemLibrary(
      name: "CLibUV", path: "CLibUV", pkgConfig: "libuv", providers: [.apt(["libuv1-dev"])]),
    .systemLibrary(
      name: "CCares", path: "CCares", pkgConfig: "libcares", providers: [.apt(["libc-ares-dev"])]),
    .systemLibrary(
      name: "CSodium", path: "CSodium", pkgConfig: "libsodium", providers: [.apt(["libsodium-dev"])]
    ),
    .systemLibrary(
      name: "COpenSSL", path: "COpenSSL", pkgConfig: "openssl", providers: [.apt(["libssl-dev"])]),

    // The layers, each importing only those above it
    .target(name: "AEValue"),
    .target(name: "AEOpenSSL", dependencies: ["COpenSSL"]),
    .target(
      name: "AnyEvent", dependencies: ["AEValue", "AEOpenSSL", "CCares", "CLibUV", "COpenSSL"]),
    .target(name: "AEMPWire", dependencies: ["AEValue", "AEOpenSSL", "CSodium", "COpenSSL"]),
    .target(name: "AnyEventMP", dependencies: ["AnyEvent", "AEMPWire", "AEOpenSSL"]),
    .target(name: "AnyEventMPTesting", dependencies: ["AnyEventMP", "AEMPWire"]),
    .target(name: "CAEMP"),
    .target(name: "AEMPC", dependencies: ["AnyEvent", "AnyEventMP", "CAEMP", "CLibUV"]),
    .executableTarget(name: "aemp", dependencies: ["AEValue", "AnyEventMP"]),

    // The tutorial's programs
    .executableTarget(
      name: "eg_first_message", dependencies: ["AnyEventMP"], path: "Examples/eg_first_message",
      swiftSettings: [.defaultIsolation(MainActor.self)]),
    .executableTarget(
      name: "eg_receiver", dependencies: ["AnyEventMP"], path: "Examples/eg_receiver",
      swiftSettings: [.defaultIsolation(MainActor.self)]),
    .executableTarget(
      name: "eg_sender", dependencies: ["AnyEventMP"], path: "Examples/eg_sender",
      swiftSettings: [.defaultIsolation(MainActor.self)]),
    .executableTarget(
      name: "eg_chat_server", dependencies: ["AnyEventMP"], path: "Examples/eg_chat_server",
      swiftSettings: [.defaultIsolation(MainActor.self)]),
    .executableTarget(
      name: "eg_chat_client", dependencies: ["AnyEventMP"], path: "Examples/eg_chat_client",
      swiftSettings: [.defaultIsolation(MainActor.self)]),
    .executableTarget(
      name: "eg_chat_bridge_server", dependencies: ["AnyEventMP"],
      path: "Examples/eg_chat_bridge_server",
      swiftSettings: [.defaultIsolation(MainActor.self)]),
    .executableTarget(
      name: "eg_chat_bridge_client", dependencies: ["AnyEventMP"],
      path: "Examples/eg_chat_bridge_client",
      swiftSettings: [.defaultIsolation(MainActor.self)]),
    .executableTarget(
      name: "eg_pool", dependencies: ["AnyEventMP"], path: "Examples/eg_pool",
      swiftSettings: [.defaultIsolation(MainActor.self)]),
    .executableTarget(
      name: "eg_worker", dependencies: ["AnyEventMP"], path: "Examples/eg_worker",
      swiftSettings: [.defaultIsolation(MainActor.self)]),
    .executableTarget(
      name: "eg_rpc_server", dependencies: ["AnyEventMP"], path: "Examples/eg_rpc_server",
      swiftSettings: [.defaultIsolation(MainActor.self)]),
    .executableTarget(
      name: "eg_rpc_client", dependencies: ["AnyEventMP"], path: "Examples/eg_rpc_client",
      swiftSettings: [.defaultIsolation(MainActor.self)]),
    .executableTarget(
      name: "eg_objects", dependencies: ["AnyEventMP"], path: "Examples/eg_objects",
      swiftSettings: [.defaultIsolation(MainActor.self)]),

    // A node for the tests that run many of them
    .executableTarget(
      name: "aemp-cluster-node", dependencies: ["AnyEventMP"],
      path: "Tests/Cluster/aemp-cluster-node", swiftSettings: [.defaultIsolation(MainActor.self)]),

    // A node that makes data connections with Perl
    .executableTarget(
      name: "aemp-data-node", dependencies: ["AnyEventMP"], path: "Tests/Data/aemp-data-node",
      swiftSettings: [.defaultIsolation(MainActor.self)]),

    // One end of TLS conversations with Perl
    .executableTarget(
      name: "anyevent-tls-peer", dependencies: ["AnyEvent"], path: "Tests/TLS/anyevent-tls-peer",
      swiftSettings: [.defaultIsolation(MainActor.self)]),

    // A program for tests of what a process inherits from whoever starts it
    .executableTarget(
      name: "anyevent-process", dependencies: ["AnyEvent", "CLibUV"],
      path: "Tests/Process/anyevent-process", swiftSettings: [.defaultIsolation(MainActor.self)]),

    .testTarget(name: "AEValueTests", dependencies: ["AEValue"]),
    .testTarget(name: "AEOpenSSLTests", dependencies: ["AEOpenSSL"]),
    .testTarget(name: "AnyEventTests", dependencies: ["AnyEvent", "AEOpenSSL", "COpenSSL"]),
    .testTarget(name: "AEMPWireTests", dependencies: ["AEMPWire"], exclude: ["Vectors"]),
    .testTarget(name: "AnyEventMPTests", dependencies: ["AnyEventMP", "AEOpenSSL"]),
    .testTarget(name: "AnyEventMPTestingTests", dependencies: ["AnyEventMPTesting"]),
    .target(
      name: "CAEMPTesting", dependencies: ["CAEMP"], path: "Tests/AEMPC/CAEMPTesting"),
    .testTarget(
      name: "AEMPCTests", dependencies: ["AEMPC", "AnyEvent", "CAEMP", "CAEMPTesting", "CLibUV"]),
    .testTarget(name: "aempTests", dependencies: ["aemp", "AnyEventMP"]),
    .testTarget(
      name: "FuzzTests",
      dependencies: [
        "AEOpenSSL", "AEValue", "AnyEvent", "AEMPWire", "AnyEventMP", "AnyEventMPTesting", "aemp",
        "COpenSSL",
      ],
      path: "Tests/Fuzz", exclude: ["CLibFuzzer", "Corpus", "Dictionaries", "Driver", "Failures"],
      sources: ["Targets", "Replay"]),
  ]
)

// For scripts/fuzz: one program with all that is fuzzed, and only what it needs.
let isFuzzing = Context.environment["AE_FUZZ"] != nil
if isFuzzing {
  let program = Target.executableTarget(
    name: "fuzz",
    dependencies: [
      "AEOpenSSL", "AEValue", "AnyEvent", "AEMPWire", "AnyEventMP", "AnyEventMPTesting", "aemp",
      "CLibFuzzer", "COpenSSL",
    ],
    path: "Tests/Fuzz", exclude: ["CLibFuzzer", "Corpus", "Dictionaries", "Failures", "Replay"],
    sources: ["Targets", "Driver"],
    linkerSettings: [.unsafeFlags(["-sanitize=fuzzer,address", "-use-ld=lld"])])
  // As a library, without a main of its own.
  let tool = Target.target(
    name: "aemp", dependencies: ["AEValue", "AnyEventMP"], exclude: ["main.swift"])
  package.products = [.executable(name: "fuzz", targets: ["fuzz"])]
  package.targets =
    package.targets.filter { $0.type != .executable && $0.type != .test }
    + [tool, program, .systemLibrary(name: "CLibFuzzer", path: "Tests/Fuzz/CLibFuzzer")]
}

for target in package.targets where target.type != .system {
  target.swiftSettings =
    (target.swiftSettings ?? []) + [
      .swiftLanguageMode(.v6),
      .enableUpcomingFeature("ExistentialAny"),
      .enableUpcomingFeature("InternalImportsByDefault"),
      .enableUpcomingFeature("MemberImportVisibility"),
      .enableUpcomingFeature("NonisolatedNonsendingByDefault"),
    ]
  // Optimised, but with all checks that a debug build has.
  if isFuzzing {
    target.swiftSettings?.append(
      .unsafeFlags([
        "-sanitize=fuzzer,address", "-assert-config", "Debug", "-enable-testing",
      ]))
  }
}
