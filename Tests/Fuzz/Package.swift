// swift-tools-version: 6.2
import PackageDescription

// A package of its own, so that nobody who uses the libraries builds the fuzzer. What is fuzzed gets the
// sanitizers from scripts/fuzz, all packages alike.
let package = Package(
  name: "fuzz",
  dependencies: [.package(name: "swift-anyevent", path: "../..")],
  targets: [
    .systemLibrary(name: "CLibFuzzer", path: "CLibFuzzer"),
    .target(
      name: "FuzzTargets",
      dependencies: [
        .product(name: "AnyEventInternals", package: "swift-anyevent"),
        .product(name: "AnyEventMPTesting", package: "swift-anyevent"),
      ],
      path: "Targets"),
    .executableTarget(
      name: "fuzz", dependencies: ["CLibFuzzer", "FuzzTargets"], path: "Driver",
      linkerSettings: [.unsafeFlags(["-sanitize=fuzzer", "-use-ld=lld"])]),
    .testTarget(name: "FuzzTests", dependencies: ["FuzzTargets"], path: "Replay"),
  ]
)

for target in package.targets where target.type != .system {
  target.swiftSettings = [
    .swiftLanguageMode(.v6),
    .enableUpcomingFeature("ExistentialAny"),
    .enableUpcomingFeature("InternalImportsByDefault"),
    .enableUpcomingFeature("MemberImportVisibility"),
    .enableUpcomingFeature("NonisolatedNonsendingByDefault"),
  ]
}
