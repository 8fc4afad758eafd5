/// The function by which a program is restarted that a supervisor runs.
package enum RestartFunction {
  /// Perl's name of it; who registers it answers what the tool `aemp restart` sends.
  package static let name = "AnyEvent::Watchdog::Util::restart"
}
