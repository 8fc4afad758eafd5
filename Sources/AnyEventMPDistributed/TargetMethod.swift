internal import Distributed

/// A distributed method that messages can call, with the runtime's facts about it.
///
/// `executeDistributedTarget` asks for the types of the parameters and of the result at each call, by taking the
/// method's mangled name apart: that is more than all the rest of a call. Here it is done once for each method.
struct TargetMethod: @unchecked Sendable {
  // Sendable: all of it is constant, and the types are never freed.
  /// How many arguments there are.
  let parameters: Int
  private let symbol: UnsafeBufferPointer<UInt8>
  private let types: UnsafeMutablePointer<any Any.Type>
  /// The type of the method's result; nil for none.
  private let result: (any Codable.Type)?

  /// Nil for a function whose types are not known, or cannot be sent.
  init?(_ function: AccessibleFunctions.Function) {
    symbol = function.symbol
    parameters = Int(_getParameterCount(mangledMethodName: function.identifier))
    guard parameters >= 0, let name = symbol.baseAddress,
      let returned = __getReturnTypeInfo(name, UInt(symbol.count), nil, nil)
    else { return nil }
    result = returned as? any Codable.Type
    if result == nil && returned != Void.self { return nil }
    types = .allocate(capacity: max(parameters, 1))
    let known = parameterTypes(name, UInt(symbol.count), nil, nil, types, parameters)
    guard known == parameters else {
      types.deallocate()
      return nil
    }
  }

  /// Calls the method of an actor of its type, and answers.
  func run(
    on actor: some DistributedActor, _ decoder: CallDecoder, _ handler: CallResultHandler
  ) async throws {
    if let result {
      try await run(on: actor, decoder, handler, returning: result)
    } else {
      do {
        try await call(actor, decoder, returning: Void.self)
      } catch {
        return try await handler.onThrow(error: error)
      }
      try await handler.onReturnVoid()
    }
  }

  private func run<Result: Codable>(
    on actor: some DistributedActor, _ decoder: CallDecoder, _ handler: CallResultHandler,
    returning: Result.Type
  ) async throws {
    let result: Result
    do {
      result = try await call(actor, decoder, returning: Result.self)
    } catch {
      return try await handler.onThrow(error: error)
    }
    try await handler.onReturn(value: result)
  }

  private func call<Result>(
    _ actor: some DistributedActor, _ decoder: CallDecoder, returning: Result.Type
  ) async throws -> Result {
    guard let name = symbol.baseAddress else { throw RefusedCall("it has no name") }
    var decoder = decoder
    let result = UnsafeMutablePointer<Result>.allocate(capacity: 1)
    defer { result.deallocate() }
    try await execute(
      on: actor, name, UInt(symbol.count), argumentDecoder: &decoder, argumentTypes: types,
      resultBuffer: result, substitutions: nil, witnessTables: nil, numWitnessTables: 0)
    return result.move()
  }
}

// Entries of Swift's runtime, declared as its library `Distributed` declares them.

@_silgen_name("swift_func_getParameterTypeInfo")
private func parameterTypes(
  _ name: UnsafePointer<UInt8>, _ length: UInt, _ genericEnvironment: UnsafeRawPointer?,
  _ genericArguments: UnsafeRawPointer?, _ types: UnsafeMutableRawPointer, _ count: Int
) -> Int32

@concurrent
@_silgen_name("swift_distributed_execute_target")
private func execute<Decoder: DistributedTargetInvocationDecoder>(
  on actor: AnyObject, _ name: UnsafePointer<UInt8>, _ length: UInt,
  argumentDecoder: inout Decoder, argumentTypes: UnsafeRawPointer,
  resultBuffer: UnsafeMutableRawPointer, substitutions: UnsafeRawPointer?,
  witnessTables: UnsafeRawPointer?, numWitnessTables: UInt
) async throws
