import AnyEventHTTP
import Testing

@Suite struct DateTests {
  @Test func datesAreWrittenAsInHeaders() {
    #expect(format_date(784_111_777) == "Sun, 06 Nov 1994 08:49:37 GMT")
    #expect(format_date(784_111_777.9) == "Sun, 06 Nov 1994 08:49:37 GMT")
    #expect(format_date(0) == "Thu, 01 Jan 1970 00:00:00 GMT")
    #expect(format_date(Int.max) == "Fri, 31 Dec 9999 23:59:59 GMT")
    #expect(format_date(Int.min) == "Thu, 01 Jan 1970 00:00:00 GMT")
    #expect(format_date(Double.nan).hasSuffix("GMT"))
    #expect(format_date(Double.infinity).hasSuffix("GMT"))
  }

  @Test(arguments: [
    "Sun, 06 Nov 1994 08:49:37 GMT", "Sunday, 06-Nov-94 08:49:37 GMT", "Sun Nov  6 08:49:37 1994",
    "Sun, 06-Nov-1994 08:49:37 GMT", "06 Nov 1994 08:49:37 GMT",
  ]) func datesAreReadInAllTheirForms(text: String) {
    #expect(parse_date(text) == 784_111_777)
  }

  @Test(arguments: ["", "yesterday", "Sun, 99 Nov 1994 08:49:37 GMT", "\u{0}", "-1"])
  func whatIsNoDateIsNil(text: String) {
    #expect(parse_date(text) == nil)
    #expect(parse_date(nil) == nil)
  }
}
