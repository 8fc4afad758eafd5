import AnyEvent
import AnyEventMP
import Glibc

/// `top`: shows nodes and links with their traffic, on a screen that is drawn again and again, or once.
final class Top {
  private let errand: Errand
  private let survey: Survey
  private let interval: Double
  private var model = TopModel()
  private var screen: TopScreen?
  private var timer: TimerWatcher?
  private var roundsLeft = 2

  init(_ errand: Errand) {
    self.errand = errand
    interval = errand.options.interval ?? 1
    survey = Survey(errand, patience: max(2, errand.options.interval ?? 1))
  }

  private var loop: Loop { errand.session.loop }

  func begin() {
    errand.awaited = "the database"
    survey.onAnswer = { self.model.take($0, at: self.loop.monotonicNow) }
    errand.session.bearsLostSeeds = true
    survey.begin { self.start() }
  }

  private func start() {
    if !errand.options.once {
      screen = TopScreen(
        keys: { self.pressed($0) }, end: { self.errand.finish(.success) })
    }
    guard screen != nil else {
      survey.onIdle = { self.roundIsOver() }
      return survey.askAll()
    }
    errand.atTimeLimit = { self.errand.finish(.success) }
    survey.tellsProgress = false
    errand.awaited = ""
    errand.keep(
      Guard {
        self.timer = nil
        self.screen?.giveBack()
        self.screen = nil
      })
    watchSignals()
    timer = loop.timer(after: 0, interval: interval) { self.tick() }
    // The first answers are shown as they come.
    survey.onIdle = {
      self.survey.onIdle = {}
      self.draw()
    }
  }

  // MARK: Once

  private func roundIsOver() {
    roundsLeft -= 1
    if survey.hasNoNodes { return errand.finish(.noSuchNode, "there is no node") }
    guard roundsLeft > 0 else {
      for line in TopView.plain(model) {
        // Its cells are legible.
        errand.print(Shown(legible: line), json: [:])
      }
      return errand.finish(.success)
    }
    errand.awaited = "the traffic of a while"
    timer = loop.timer(after: interval) { self.survey.askAll() }
    errand.keep(Guard { self.timer = nil })
  }

  // MARK: Screen

  private func tick() {
    for id in model.forget(listed: survey.listed, at: loop.monotonicNow) { survey.forget(id) }
    survey.askAll()
    draw()
  }

  private func draw() {
    guard let screen, !errand.isOver else { return }
    let (width, height) = screen.size
    if !screen.show(TopView(width: width, height: height).lines(&model)) {
      errand.finish(.failure)
    }
  }

  private func pressed(_ keys: [TopKey]) {
    for key in keys where !errand.isOver {
      if model.press(key) { return errand.finish(.success) }
    }
    draw()
  }

  private func watchSignals() {
    var watchers = [SIGINT, SIGTERM, SIGHUP, SIGQUIT].map { number in
      loop.signal(number) { self.errand.finish(.success) }
    }
    watchers.append(
      loop.signal(SIGWINCH) {
        self.screen?.refresh()
        self.draw()
      })
    watchers.append(loop.signal(SIGTSTP) { self.suspend() })
    errand.keep(Guard { for watcher in watchers { watcher.cancel() } })
  }

  /// Stops as other programs do, with the terminal as it was.
  private func suspend() {
    screen?.giveBack()
    raise(SIGSTOP)
    screen?.takeOver()
    draw()
  }
}
