internal import CAEMP
internal import Glibc

/// Remembers a sentence and returns the code.
@inline(never)
func fail(_ code: aemp_error, _ sentence: String) -> CInt {
  aempc_fail(code.rawValue, sentence)
}

/// Remembers the usual sentence of a code for a function, and returns the code.
@inline(never)
func refuse(_ code: aemp_error, _ function: StaticString) -> CInt {
  fail(code, "\(name(of: function)): \(sentence(for: code.rawValue))")
}

/// An argument is NULL that must not be.
@inline(never)
func failNull(_ what: StaticString, _ function: StaticString = #function) -> CInt {
  fail(AEMP_EINVAL, "\(name(of: function)): \(what) is NULL")
}

/// An argument makes no sense.
@inline(never)
func failArgument(_ sentence: String, _ function: StaticString = #function) -> CInt {
  fail(AEMP_EINVAL, "\(name(of: function)): \(sentence)")
}

/// `aemp_snd` of `aemp_snd(_:_:_:_:)`.
func name(of function: StaticString) -> String {
  function.description.split(separator: "(").first.map(String.init) ?? ""
}

/// The sentence that explains a code.
func sentence(for code: CInt) -> StaticString {
  switch code {
  case AEMP_OK.rawValue: "success"
  case AEMP_EINVAL.rawValue: "an argument is NULL or makes no sense"
  case AEMP_ETHREAD.rawValue:
    """
    this is not the thread of the node's loop; use aemp_post, or call aemp_node_adopt on the thread \
    that runs the loop
    """
  case AEMP_ECLOSED.rawValue: "the node is closed"
  case AEMP_ECONFIG.rawValue: "the configuration cannot be used"
  case AEMP_ENOTOURS.rawValue: "the port belongs to another node; call it there"
  case AEMP_ENOPORT.rawValue: "there is no such port of this node, or not any more"
  case AEMP_ETYPE.rawValue: "a value is of another kind"
  case AEMP_ERANGE.rawValue: "a number does not fit"
  case AEMP_ENOMEM.rawValue: "the system has no memory or no descriptor left"
  case AEMP_EUV.rawValue:
    """
    the loop is of another copy of libuv than the one that this library calls; link both with the \
    same one, or hand over the loop's own functions
    """
  case AEMP_EVERSION.rawValue: "a structure is of a newer header than this library"
  case AEMP_EFORK.rawValue:
    "this process is the child of a fork, and the node is its parent's; make another one"
  case AEMP_ETOOBIG.rawValue: "there are more arguments than can be sent"
  case AEMP_ECONFIGURED.rawValue: "the node is configured already, or about to be"
  default: "an unknown error"
  }
}

/// See `aemp.h`.
@c @implementation public func aemp_strerror(_ code: CInt) -> UnsafePointer<CChar>? {
  // String literals end with a NUL.
  UnsafeRawPointer(sentence(for: code).utf8Start).assumingMemoryBound(to: CChar.self)
}

/// See `aemp.h`.
@c @implementation public func aemp_version() -> UInt32 {
  UInt32(AEMP_VERSION_MAJOR << 16 | AEMP_VERSION_MINOR)
}

/// See `aemp.h`.
@c @implementation public func aemp_free(_ memory: UnsafeMutableRawPointer?) { free(memory) }
