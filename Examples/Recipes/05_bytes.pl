# Bytes: text is characters, what travels is bytes.
use strict;
use warnings;
use utf8;

# == Characters and bytes
my $text = "naïve";
my $bytes = $text;
utf8::encode ($bytes);
print length ($text), " characters, ", length ($bytes), " bytes\n";

# == Bytes that may be no text
for my $bytes ("na\xc3\xafve", "na\xefve") {
  my $text = $bytes;
  print utf8::decode ($text) ? length ($text) . " characters\n" : "no UTF-8\n";
}

# == Hexadecimal
my $id = pack "H*", "00ff7f";
print unpack ("H*", $id), "\n";

# == Numbers with a fixed length
my $header = pack "n N C", 258, 65536, 7;
print join (" ", unpack "C*", $header), "\n";

my ($type, $length, $flags) = unpack "n N C", $header;
print "type $type, length $length, flags $flags\n";

# == The other byte order
print join (" ", unpack "C*", pack "v V", 258, 1), "\n";

# == A text behind its length
my $record = pack "n/a*", "hello";
print length ($record), " bytes, ", unpack ("n/a*", $record), "\n";

# == A single byte
print ord ("A"), " ", chr (66), "\n";

# == Bits
my $mask = 1 << 3 | 1 << 5;
printf "%d %s %b\n", $mask, $mask & 8 ? "on" : "off", $mask & ~8;

# == Building up and taking off
my $buffer = "";
$buffer .= "GET / HTTP/1.0\r\nHost: x\r\n";
while ($buffer =~ s/^(.*?)\r\n//) {
  print "line: $1\n";
}
print length ($buffer), " left\n";
