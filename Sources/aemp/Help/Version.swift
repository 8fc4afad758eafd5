/// The version of the tool and of the libraries that it is built from.
enum Version {
  static let text = "0.1.0"
}
