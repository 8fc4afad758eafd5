import AnyEventMP

/// The commands that change settings, made of the table of settings.
extension HelpTable {
  static let settings = Setting.general.filter { !$0.isSecret }.map(entry)
  static let limits = Setting.limits.map(entry)

  /// The commands that set and remove a setting and, for lists, those that change one element.
  static func entry(_ setting: Setting) -> HelpEntry {
    let name = setting.name
    let help = setting.help
    let value = (setting.takesForce ? "[--force] " : "") + help.value
    var names = ["set" + name] + (setting.hasShortCommand ? [name] : []) + ["del" + name]
    var usage = ["set\(name) \(value)", "del\(name)"]
    var text = help.text
    if let element = help.element {
      names += ["add" + element, "del" + element]
      let value = setting.kind == .services ? element.uppercased() : help.value
      usage += ["add\(element) \(value)", "del\(element) \(value)"]
      if setting.kind == .list {
        text.append(
          """
          LIST is text with commas or a JSON array. add\(element) appends what is not in the list \
          yet, del\(element) takes elements out of it.
          """)
      }
    }
    let profile = setting == .parent ? "profile NAME " : "[profile NAME] "
    return HelpEntry(
      names, usage: usage.map { profile + $0 }, help.summary, text: text,
      options: setting.takesForce ? [force(setting)] : [], examples: help.examples)
  }

  private static func force(_ setting: Setting) -> HelpEntry.OptionText {
    let shorter = setting.kind == .list ? "shorter ones" : "a shorter one"
    return .init(.force, "take \(shorter), which others guess")
  }
}

extension Setting {
  /// Whether the commands that set it take `--force`.
  var takesForce: Bool { self == .secret || self == .secrets }

  /// Whether its name alone sets it; `eval` alone asks a node.
  var hasShortCommand: Bool { self != .eval }
}
