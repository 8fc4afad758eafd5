#!/usr/bin/perl
# Runs programs: what one writes, another one reads, and what goes wrong is noticed.
use strict;
use warnings;
use AnyEvent;
use AnyEvent::Util;

if (@ARGV < 1) {
   print "usage: pipeline WORD...\n";
   exit 1;
}
my @words = @ARGV;
my $text = join "", map "$_\n", @words;

# Prints how a program has ended.
sub ended {
   my ($name, $status) = @_;
   my $code = $status >> 8;
   my $signal = $status & 127;
   print "$name: ", ($signal ? "signal $signal" : "exit code $code"), "\n";
}

# sort | uniq -c | sed: all at once, through pipes.
my ($sorted_r, $sorted_w) = portable_pipe;
my ($counted_r, $counted_w) = portable_pipe;
my $output = "";
my $sort = run_cmd ["sort"], "<" => \$text, ">" => $sorted_w;
my $uniq = run_cmd ["uniq", "-c"], "<" => $sorted_r, ">" => $counted_w;
my $sed = run_cmd ["sed", "s/^ *//"], "<" => $counted_r, ">" => \$output;
close $_ for $sorted_r, $sorted_w, $counted_r, $counted_w;
ended ("sort", $sort->recv);
ended ("uniq", $uniq->recv);
ended ("sed", $sed->recv);
print $output;

# A line of the shell: output and errors apart, as they come, and a code.
my $errors = "";
my $lines = 0;
my $shell = run_cmd "echo one; echo two >&2; echo three; exit 7",
   ">" => sub {
      my ($data) = @_;
      return print "that was all\n" unless defined $data;
      $lines += $data =~ y/\n//;
   },
   "2>" => \$errors;
ended ("shell", $shell->recv);
print "$lines lines, errors: $errors";

# Input that is made when it is wanted.
my $left = 3;
my $count = "";
my $wc = run_cmd ["wc", "-c"],
   "<" => sub {
      return undef unless $left;
      $left--;
      return "x" x 1000;
   },
   ">" => \$count;
ended ("wc", $wc->recv);
print "counted ", $count + 0, "\n";

# What does not exist, and what does not end by itself.
ended ("nothing", run_cmd (["/does/not/exist"], "2>" => "/dev/null")->recv);
my $pid;
my $sleep = run_cmd ["sleep", "1000"], '$$' => \$pid;
my $timer = AE::timer 0.1, 0, sub {
   kill TERM => $pid;
};
ended ("sleep", $sleep->recv);

# Several at once, and their codes in order.
my $done = AE::cv;
my %code;
$done->begin;
for my $number (1 .. 5) {
   $done->begin;
   run_cmd (["sh", "-c", "exit $number"])->cb (sub {
      my ($cv) = @_;
      $code{$number} = $cv->recv >> 8;
      $done->end;
   });
}
$done->end;
$done->recv;
print "codes: ", (join " ", map $code{$_}, 1 .. 5), "\n";
