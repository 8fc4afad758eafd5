import AnyEvent
import Foundation
import TestSupport
import Testing

@Suite("AnyEvent::IO")
struct FileTests {
  /// Runs `body` on a loop with a new directory.
  private func within(_ body: (Loop, TemporaryDirectory) throws -> Void) throws {
    let directory = try TemporaryDirectory()
    try withLoop { loop in try loop.perform { try body(loop, directory) } }
  }

  /// Calls a function of AnyEvent::IO, waits for its callback, and returns what that got and `errno`.
  private func result<Value>(
    _ type: Value.Type = Value.self, _ call: (@escaping (Value) -> Void) -> Void
  ) throws -> (value: Value, code: CInt) {
    let done = CondVar<(Value, CInt)>()
    var calls = 0
    call {
      calls += 1
      done.send(($0, errno))
    }
    #expect(!done.ready)
    let got = try done.recv()
    #expect(calls == 1)
    return got
  }

  @Test("a file is made, written, read, moved in, cut and closed")
  func content() throws {
    try within { _, directory in
      let path = directory.path + "/file"
      let opened: CInt? = try result {
        aio_open(path, O_RDWR | O_CREAT | O_EXCL, 0o600, $0)
      }.value
      let fh = try #require(opened)
      #expect(fcntl(fh, F_GETFD) & FD_CLOEXEC != 0)
      #expect(try directory.mode(of: "file") == 0o600)
      #expect(try result { aio_write(fh, "hello, world", $0) }.value == 12)
      #expect(try result { aio_seek(fh, 7, 0, $0) }.value == 7)
      #expect(try result { aio_read(fh, 100, $0) }.value == Array("world".utf8))
      #expect(try result { aio_read(fh, 100, $0) }.value?.count == 0)
      #expect(try result { aio_seek(fh, -5, 2, $0) }.value == 7)
      #expect(try result { aio_read(fh, 3, $0) }.value == Array("wor".utf8))
      #expect(try result { aio_truncate(fh, 5, $0) }.value)
      #expect(try directory.text(of: "file") == "hello")
      #expect(try result { aio_truncate(path, 2, $0) }.value)
      #expect(try result { aio_load(path, $0) }.value == Array("he".utf8))
      #expect(try result { aio_close(fh, $0) }.value)
      #expect(fcntl(fh, F_GETFD) < 0)
    }
  }

  @Test("large files are read whole, and sizes that nobody has take no memory")
  func large() throws {
    try within { _, directory in
      let path = directory.path + "/file"
      let bytes = (0..<3_000_000).map { UInt8(truncatingIfNeeded: $0) }
      try Data(bytes).write(to: URL(fileURLWithPath: path))
      #expect(try result { aio_load(path, $0) }.value == bytes)
      #expect(try result { aio_load("/proc/self/status", $0) }.value?.isEmpty == false)
      let fh = open(path, O_RDONLY)
      defer { close(fh) }
      #expect(try result { aio_read(fh, .max, $0) }.value == bytes)
      #expect(try result { aio_read(fh, 0, $0) }.value?.count == 0)
    }
  }

  @Test("names are made, changed and removed")
  func names() throws {
    try within { _, directory in
      let path = directory.path
      #expect(try result { aio_mkdir(path + "/d", 0o700, $0) }.value)
      #expect(try directory.mode(of: "d") == 0o700)
      try directory.write("x", to: "a")
      #expect(try result { aio_link(path + "/a", path + "/b", $0) }.value)
      #expect(try result { aio_symlink("random data", path + "/s", $0) }.value)
      #expect(try result { aio_readlink(path + "/s", $0) }.value == "random data")
      let long = String(repeating: "x", count: 2000)
      #expect(try result { aio_symlink(long, path + "/l", $0) }.value)
      #expect(try result { aio_readlink(path + "/l", $0) }.value == long)
      let names = try result { aio_readdir(path, $0) }.value
      #expect(names?.sorted() == ["a", "b", "d", "l", "s"])
      #expect(try result { aio_rename(path + "/a", path + "/b2", $0) }.value)
      for name in ["b", "b2", "s", "l"] {
        #expect(try result { aio_unlink("\(path)/\(name)", $0) }.value)
      }
      #expect(try result { aio_rmdir(path + "/d", $0) }.value)
      #expect(try directory.names.isEmpty)
    }
  }

  @Test("what is known of a file is told, and can be changed")
  func status() throws {
    try within { _, directory in
      let path = directory.path + "/file"
      try directory.write("12345", to: "file")
      symlink(path, directory.path + "/link")
      #expect(try result { aio_chmod(path, 0o640, $0) }.value)
      #expect(try result { aio_utime(path, 1.5, 1_000_000_000.25, $0) }.value)
      let status = try #require(try result { aio_stat(path, $0) }.value)
      #expect(status.size == 5 && status.isFile && !status.isDirectory)
      #expect(status.permissions == 0o640)
      #expect(status.atime == 1.5 && status.mtime == 1_000_000_000.25)
      #expect(status.uid == getuid() && status.nlink == 1)
      #expect(try result { aio_stat(directory.path + "/link", $0) }.value?.ino == status.ino)
      let link = try #require(try result { aio_lstat(directory.path + "/link", $0) }.value)
      #expect(link.isSymbolicLink && link.ino != status.ino)
      #expect(try result { aio_stat(directory.path, $0) }.value?.isDirectory == true)
      let fh = open(path, O_RDWR)
      defer { close(fh) }
      #expect(try result { aio_stat(fh, $0) }.value?.ino == status.ino)
      #expect(try result { aio_chmod(fh, 0o600, $0) }.value)
      #expect(try result { aio_utime(fh, nil, nil, $0) }.value)
      #expect(try result { aio_chown(fh, nil, nil, $0) }.value)
      #expect(try result { aio_chown(path, Int(getuid()), nil, $0) }.value)
      let changed = try #require(try result { aio_stat(path, $0) }.value)
      #expect(changed.permissions == 0o600 && changed.mtime > 1_500_000_000)
    }
  }

  @Test("every function fails by its callback, once, with errno")
  func failures() throws {
    try within { _, directory in
      let none = directory.path + "/none/x"
      let calls: [(@escaping (Bool) -> Void) -> Void] = [
        { done in aio_load(none) { done($0 != nil) } },
        { done in aio_open(none, O_RDONLY, 0) { done($0 != nil) } },
        { aio_truncate(none, 1, $0) }, { aio_utime(none, 1, 1, $0) },
        { aio_chown(none, nil, nil, $0) }, { aio_chmod(none, 0o600, $0) },
        { done in aio_stat(none) { done($0 != nil) } },
        { done in aio_lstat(none) { done($0 != nil) } },
        { aio_link(none, none + "2", $0) }, { aio_symlink("x", none, $0) },
        { done in aio_readlink(none) { done($0 != nil) } }, { aio_rename(none, none + "2", $0) },
        { aio_unlink(none, $0) }, { aio_mkdir(none, 0o700, $0) }, { aio_rmdir(none, $0) },
        { done in aio_readdir(none) { done($0 != nil) } },
        { aio_unlink("/\0", $0) }, { aio_symlink("a\0", "/b", $0) },
        { done in aio_load("/etc\0/passwd") { done($0 != nil) } },
        { done in aio_readdir("/\0") { done($0 != nil) } },
      ]
      for (index, call) in calls.enumerated() {
        let got = try result(Bool.self, call)
        #expect(!got.value, "call \(index)")
        #expect(got.code == ENOENT, "call \(index)")
      }
      let bad: [((@escaping (Bool) -> Void) -> Void, CInt)] = [
        ({ aio_close(-1, $0) }, EBADF), ({ done in aio_read(-1, 1) { done($0 != nil) } }, EBADF),
        ({ done in aio_read(0, -1) { done($0 != nil) } }, EINVAL),
        ({ done in aio_seek(-1, 0, 0) { done($0 != nil) } }, EBADF),
        ({ done in aio_write(-1, "x") { done($0 != nil) } }, EBADF),
        ({ aio_truncate(directory.path, 1, $0) }, EISDIR),
        ({ aio_chown(directory.path, -7, nil, $0) }, EINVAL),
        ({ aio_utime(directory.path, .nan, nil, $0) }, EINVAL),
        ({ done in aio_load(directory.path) { done($0 != nil) } }, EISDIR),
      ]
      for (index, (call, code)) in bad.enumerated() {
        let got = try result(Bool.self, call)
        #expect(!got.value, "call \(index)")
        #expect(got.code == code, "call \(index)")
      }
    }
  }

  @Test("writing to a pipe that nobody reads fails and raises no signal")
  func brokenPipe() throws {
    try within { _, _ in
      let pipe = try #require(portable_pipe())
      close(pipe.r)
      let got = try result(Int?.self) { aio_write(pipe.w, "x", $0) }
      #expect(got.value == nil)
      #expect(got.code == EPIPE)
      close(pipe.w)
    }
  }

  @Test("the error as a value has a sentence with the path")
  func sentences() throws {
    try within { loop, directory in
      var text = ""
      loop.files.load(directory.path + "/x") { result in
        if case .failure(let error) = result { text = error.description }
      }
      loop.run(until: { text != "" })
      #expect(text == "cannot open \(directory.path)/x: No such file or directory")
    }
  }
}
