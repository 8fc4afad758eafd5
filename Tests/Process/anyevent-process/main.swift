// A program for tests of what a process inherits from whoever starts it:
//
//     anyevent-process descriptors DIRECTORY [guest]
//     anyevent-process watch lines|handle COUNT
//     anyevent-process child
//     anyevent-process signal NAME
//     anyevent-process misuse KIND
//     anyevent-process command descriptors|except|work|command
//     anyevent-process fork drop|exit|use|continue|jobs|names|listener|modes|signal|files
//     anyevent-process fork drop|exit|use|continue CALLBACK
//     anyevent-process debug shell|closed|time
//     anyevent-process workers
//
// As a worker it offers the functions of Workers.swift. It writes what it has found as lines, and ends with 0 when all is as it should be.
import AnyEvent
import CLibUV
import Foundation

let arguments = Array(CommandLine.arguments.dropFirst())

/// Ends with a sentence.
func fail(_ text: String) -> Never {
  FileHandle.standardError.write(Data("anyevent-process: \(text)\n".utf8))
  exit(1)
}

offerWork()

switch arguments.first {
case "descriptors" where arguments.count > 1:
  reportDescriptors(in: arguments[1], isGuest: arguments.dropFirst(2).first == "guest")
case "watch" where arguments.count == 3: watchInput(arguments[1], Int(arguments[2]) ?? 0)
case "child": reportChild()
case "fork" where arguments.count == 2: reportFork(arguments[1])
case "fork" where arguments.count == 3: reportFork(arguments[1], in: arguments[2])
case "command" where arguments.count == 2: reportCommand(arguments[1])
case "debug" where arguments.count == 2: reportDebugging(arguments[1])
case "misuse" where arguments.count == 2: commit(arguments[1])
case "workers": reportWorkers()
case "signal" where arguments.count == 2: reportSignal(arguments[1])
default: fail("there is no such test")
}
