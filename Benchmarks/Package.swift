// swift-tools-version: 6.2
import PackageDescription

// A package of its own, so that nobody who uses the libraries builds the benchmarks.
let package = Package(
  name: "benchmarks",
  dependencies: [.package(name: "swift-anyevent", path: "..")],
  targets: [
    .executableTarget(
      name: "aemp-bench",
      dependencies: [
        .product(name: "AnyEvent", package: "swift-anyevent"),
        .product(name: "AnyEventMP", package: "swift-anyevent"),
      ],
      swiftSettings: [
        .swiftLanguageMode(.v6),
        .enableUpcomingFeature("ExistentialAny"),
        .enableUpcomingFeature("InternalImportsByDefault"),
        .enableUpcomingFeature("MemberImportVisibility"),
        .enableUpcomingFeature("NonisolatedNonsendingByDefault"),
      ])
  ]
)
