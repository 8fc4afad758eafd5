// swift-tools-version: 6.2
import PackageDescription

// A package of its own, so that nobody who uses the libraries builds the benchmarks.
let settings: [SwiftSetting] = [
  .swiftLanguageMode(.v6),
  .enableUpcomingFeature("ExistentialAny"),
  .enableUpcomingFeature("InternalImportsByDefault"),
  .enableUpcomingFeature("MemberImportVisibility"),
  .enableUpcomingFeature("NonisolatedNonsendingByDefault"),
]

let package = Package(
  name: "benchmarks",
  dependencies: [.package(name: "swift-anyevent", path: "..")],
  targets: [
    .systemLibrary(
      name: "CSodiumYardstick", path: "CSodiumYardstick", pkgConfig: "libsodium",
      providers: [.apt(["libsodium-dev"])]),
    .systemLibrary(
      name: "COpenSSLYardstick", path: "COpenSSLYardstick", pkgConfig: "openssl",
      providers: [.apt(["libssl-dev"])]),
    .executableTarget(
      name: "aemp-bench",
      dependencies: [
        "CSodiumYardstick", "COpenSSLYardstick",
        .product(name: "AnyEvent", package: "swift-anyevent"),
        .product(name: "AnyEventMP", package: "swift-anyevent"),
      ],
      swiftSettings: settings),
    .executableTarget(
      name: "growth-bench",
      dependencies: [
        .product(name: "AnyEvent", package: "swift-anyevent"),
        .product(name: "AnyEventMP", package: "swift-anyevent"),
        .product(name: "AnyEventMPTesting", package: "swift-anyevent"),
      ],
      swiftSettings: settings),
    .executableTarget(
      name: "async-bench",
      dependencies: [
        .product(name: "AnyEvent", package: "swift-anyevent"),
        .product(name: "AnyEventMP", package: "swift-anyevent"),
        .product(name: "AnyEventMPDistributed", package: "swift-anyevent"),
      ],
      swiftSettings: settings + [.defaultIsolation(MainActor.self)]),
    .executableTarget(
      name: "toolkit-bench",
      dependencies: [
        .product(name: "AnyEvent", package: "swift-anyevent"),
        .product(name: "AnyEventHTTP", package: "swift-anyevent"),
      ],
      swiftSettings: settings + [.defaultIsolation(MainActor.self)]),
  ]
)
