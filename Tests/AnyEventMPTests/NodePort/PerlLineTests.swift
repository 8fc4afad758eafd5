import Testing

@testable import AnyEventMP

@Suite("Lines of Perl that a node understands") struct PerlLineTests {
  @Test("a long line costs no more than its bytes")
  func long() {
    // Were it looked at again from each of its places, this would not end.
    let statements = String(repeating: "package A;my $E = 'x';", count: 400_000)
    let spaces = String(repeating: " ", count: 4_000_000)
    #expect(PerlLine(statements + "$$" + spaces).expression == "$$")
    let open = "my $E = '" + String(repeating: "\\'", count: 4_000_000)
    #expect(PerlLine(open).expression.utf8.count == open.utf8.count)
  }
}
