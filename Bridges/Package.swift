// swift-tools-version: 6.2
import PackageDescription

// A package of its own, so that nobody who uses the libraries alone fetches or builds anything of these.
let package = Package(
  name: "bridges",
  products: [
    .library(name: "AnyEventLog", targets: ["AnyEventLog"]),
    .library(name: "AnyEventMPMetrics", targets: ["AnyEventMPMetrics"]),
    .library(name: "AnyEventMPLifecycle", targets: ["AnyEventMPLifecycle"]),
  ],
  dependencies: [
    .package(name: "swift-anyevent", path: ".."),
    // The oldest versions that the tests have run with.
    .package(url: "https://github.com/apple/swift-log", from: "1.16.2"),
    .package(url: "https://github.com/apple/swift-metrics", from: "2.13.0"),
    .package(url: "https://github.com/swift-server/swift-service-lifecycle", from: "2.13.0"),
  ],
  targets: [
    .target(
      name: "AnyEventLog",
      dependencies: [
        .product(name: "AnyEvent", package: "swift-anyevent"),
        .product(name: "Logging", package: "swift-log"),
      ]),
    .target(
      name: "AnyEventMPMetrics",
      dependencies: [
        .product(name: "AnyEventMP", package: "swift-anyevent"),
        .product(name: "CoreMetrics", package: "swift-metrics"),
      ]),
    .target(
      name: "AnyEventMPLifecycle",
      dependencies: [
        .product(name: "AnyEventMP", package: "swift-anyevent"),
        .product(name: "ServiceLifecycle", package: "swift-service-lifecycle"),
      ]),
    .executableTarget(
      name: "eg_server",
      dependencies: [
        "AnyEventLog", "AnyEventMPLifecycle", "AnyEventMPMetrics",
        .product(name: "AnyEventMP", package: "swift-anyevent"),
        .product(name: "CoreMetrics", package: "swift-metrics"),
        .product(name: "Logging", package: "swift-log"),
        .product(name: "ServiceLifecycle", package: "swift-service-lifecycle"),
        .product(name: "UnixSignals", package: "swift-service-lifecycle"),
      ]),
    .testTarget(
      name: "AnyEventLogTests",
      dependencies: ["AnyEventLog"]),
    .testTarget(
      name: "AnyEventMPMetricsTests",
      dependencies: [
        "AnyEventMPMetrics", .product(name: "MetricsTestKit", package: "swift-metrics"),
      ]),
    .testTarget(
      name: "AnyEventMPLifecycleTests",
      dependencies: [
        "AnyEventMPLifecycle",
        .product(name: "Logging", package: "swift-log"),
        .product(name: "ServiceLifecycleTestKit", package: "swift-service-lifecycle"),
      ]),
  ]
)

for target in package.targets {
  target.swiftSettings =
    (target.swiftSettings ?? []) + [
      .swiftLanguageMode(.v6),
      .enableUpcomingFeature("ExistentialAny"),
      .enableUpcomingFeature("InternalImportsByDefault"),
      .enableUpcomingFeature("MemberImportVisibility"),
      .enableUpcomingFeature("NonisolatedNonsendingByDefault"),
    ]
}
