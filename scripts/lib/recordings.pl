# recordings.pl TRANSCRIPTS FOLDER
# Writes what each side of the recorded conversations said as inputs of the fuzzer:
# the settings that the target takes first, then the bytes.

use strict;
use warnings;
use JSON::PP;

my ($transcripts, $folder) = @ARGV;
my %said;
for my $file (glob "$transcripts/*.jsonl") {
    my ($name) = $file =~ m{([^/]+)\.jsonl$};
    open my $in, '<', $file or die "$file: $!\n";
    while (my $line = <$in>) {
        my $segment = decode_json $line;
        next unless defined $segment->{hex};
        $said{"$name-$segment->{conn}-$segment->{from}"} .= pack 'H*', $segment->{hex};
    }
}

sub put {
    my ($target, $name, $settings, $bytes) = @_;
    mkdir "$folder/$target";
    open my $out, '>:raw', "$folder/$target/$name" or die "$folder/$target/$name: $!\n";
    print $out $settings, substr $bytes, 0, 4000;
    close $out or die "$folder/$target/$name: $!\n";
}

for my $name (sort keys %said) {
    my @lines = split /\n/, $said{$name}, 4;
    put 'handshake', $name, pack('C3', $name =~ /listener$/, 255, 100), $said{$name};
    next unless @lines == 4 and length $lines[3];
    my $is_json = $lines[2] =~ /;json\r?$/ ? 1 : 0;
    put 'packets', $name, pack('C3', $is_json, 255, 100), $lines[3];
    put 'node', $name, pack('C3', 1 - $is_json, 255, 255), $lines[3];
}
