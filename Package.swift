// swift-tools-version: 6.2
import PackageDescription

// Packages of their own: Examples, Benchmarks, Bridges to packages of others, Tests/Fuzz.
let package = Package(
  name: "swift-anyevent",
  products: [
    .library(name: "AnyEvent", targets: ["AnyEvent"]),
    .library(name: "AnyEventHTTP", targets: ["AnyEventHTTP"]),
    .library(name: "AnyEventMP", targets: ["AnyEventMP"]),
    .library(name: "AnyEventMPDistributed", targets: ["AnyEventMPDistributed"]),
    .library(name: "AnyEventMPTesting", targets: ["AnyEventMPTesting"]),
    .library(name: "AEMPC", targets: ["AEMPC"]),
    .executable(name: "aemp", targets: ["aemp"]),
    // For the fuzzer: nothing in it is promised to stay as it is.
    .library(
      name: "AnyEventInternals", targets: ["AEMPTool", "AEMPWire", "AEOpenSSL", "AEValue"]),
  ],
  targets: [
    // The layers, each importing only those above it
    .target(name: "CAEBasics"),
    .target(name: "AEValue", dependencies: ["CAEBasics"]),
    .target(name: "AEOpenSSL", dependencies: ["COpenSSL"]),
    .target(
      name: "AnyEvent", dependencies: ["AEValue", "AEOpenSSL", "CCares", "CLibUV", "COpenSSL"]),
    .target(name: "AnyEventHTTP", dependencies: ["AnyEvent", "CCurl"]),
    .target(name: "AEMPWire", dependencies: ["AEValue", "AEOpenSSL", "CSodium", "COpenSSL"]),
    .target(name: "AnyEventMP", dependencies: ["AnyEvent", "AEMPWire", "AEOpenSSL", "CAEBasics"]),
    .target(name: "AnyEventMPDistributed", dependencies: ["AnyEventMP", "AEValue"]),
    .target(name: "AnyEventMPTesting", dependencies: ["AnyEventMP", "AEMPWire", "AEValue"]),
    .target(name: "CAEMP"),
    .target(name: "AEMPC", dependencies: ["AnyEvent", "AnyEventMP", "CAEMP", "CLibUV"]),
    .target(name: "AEMPTool", dependencies: ["AEValue", "AEMPWire", "AnyEventMP"]),
    .executableTarget(name: "aemp", dependencies: ["AEMPTool"]),

    // What tests of several targets need
    .target(
      name: "TestSupport", dependencies: ["AEValue", "AnyEvent", "CLibUV"], path: "Tests/Support"),
    .testTarget(name: "AEValueTests", dependencies: ["AEValue", "TestSupport"]),
    .testTarget(name: "AEOpenSSLTests", dependencies: ["AEOpenSSL", "TestSupport"]),
    .testTarget(
      name: "AnyEventTests", dependencies: ["AnyEvent", "AEOpenSSL", "COpenSSL", "TestSupport"]),
    .testTarget(name: "AnyEventHTTPTests", dependencies: ["AnyEventHTTP", "TestSupport"]),
    .testTarget(
      name: "AEMPWireTests", dependencies: ["AEMPWire", "TestSupport"], exclude: ["Vectors"]),
    .testTarget(name: "AnyEventMPTests", dependencies: ["AnyEventMP", "AEOpenSSL", "TestSupport"]),
    .testTarget(
      name: "AnyEventMPTestingTests", dependencies: ["AnyEventMPTesting", "TestSupport"]),
    .testTarget(
      name: "AnyEventMPDistributedTests",
      dependencies: ["AnyEventMPDistributed", "AnyEventMPTesting", "TestSupport"]),
    .target(name: "CAEMPTesting", dependencies: ["CAEMP"], path: "Tests/AEMPC/CAEMPTesting"),
    .testTarget(
      name: "AEMPCTests",
      dependencies: ["AEMPC", "AnyEvent", "CAEMP", "CAEMPTesting", "CLibUV", "TestSupport"]),
    .testTarget(
      name: "aempTests", dependencies: ["aemp", "AEMPTool", "AnyEventMP", "TestSupport"]),
  ]
)

// The system's libraries
for (name, pkgConfig, debian) in [
  ("CLibUV", "libuv", "libuv1-dev"), ("CCares", "libcares", "libc-ares-dev"),
  ("CCurl", "libcurl", "libcurl4-openssl-dev"),
  ("CSodium", "libsodium", "libsodium-dev"), ("COpenSSL", "openssl", "libssl-dev"),
] {
  package.targets.append(
    .systemLibrary(name: name, path: name, pkgConfig: pkgConfig, providers: [.apt([debian])]))
}

// Programs that tests run: a node of the cluster, an end of data connections and one of TLS with Perl, a program of
// messages in all spellings, a process that looks at what it has inherited, a client of HTTP, and an actor
for (name, folder, dependencies) in [
  ("aemp-cluster-node", "Cluster", ["AnyEventMP"]), ("aemp-data-node", "Data", ["AnyEventMP"]),
  ("aemp-spellings", "Spellings", ["AnyEventMP"]), ("anyevent-tls-peer", "TLS", ["AnyEvent"]),
  ("anyevent-process", "Process", ["AnyEvent", "CLibUV"]),
  ("anyevent-http-client", "HTTP", ["AnyEventHTTP"]),
  ("aemp-actor-peer", "Actors", ["AnyEventMPDistributed"]),
] {
  package.targets.append(
    .executableTarget(
      name: name, dependencies: dependencies.map { .init(stringLiteral: $0) },
      path: "Tests/\(folder)/\(name)", swiftSettings: [.defaultIsolation(MainActor.self)]))
}

// And a node of the scenarios in a C program
package.targets.append(
  .executableTarget(
    name: "aemp-c-node", dependencies: ["AEMPC", "CAEMP"], path: "Tests/Embedded/aemp-c-node"))

for target in package.targets where target.type != .system {
  target.swiftSettings =
    (target.swiftSettings ?? []) + [
      .swiftLanguageMode(.v6),
      .enableUpcomingFeature("ExistentialAny"),
      .enableUpcomingFeature("InternalImportsByDefault"),
      .enableUpcomingFeature("MemberImportVisibility"),
      .enableUpcomingFeature("NonisolatedNonsendingByDefault"),
    ]
}
