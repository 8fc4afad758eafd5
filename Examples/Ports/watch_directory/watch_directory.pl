#!/usr/bin/perl
# Says which files of a directory come, change and go, until there is one named "stop".
use strict;
use warnings;
use AnyEvent;
use AnyEvent::IO;

if (@ARGV != 2) {
   print "usage: watch_directory DIRECTORY SECONDS\n";
   exit 1;
}

$| = 1;
my ($directory, $interval) = @ARGV;
my $done = AE::cv;
my %size;
my $is_looking = 0;

# Looks at the directory once; the callback gets the sizes of its files.
sub look {
   my ($cb) = @_;
   aio_readdir $directory, sub {
      my ($names) = @_
         or return $done->croak ("$directory: $!");
      my %now;
      my $all = AE::cv;
      $all->begin (sub {
         $cb->(\%now);
      });
      for my $name (@$names) {
         $all->begin;
         aio_lstat "$directory/$name", sub {
            my ($success) = @_;
            $now{$name} = -s _ if $success && -f _;
            $all->end;
         };
      }
      $all->end;
   };
}

# Says what is new.
sub compare {
   my ($now) = @_;
   for my $name (sort keys %$now) {
      if (!exists $size{$name}) {
         print "new: $name, $now->{$name} bytes\n";
      } elsif ($size{$name} != $now->{$name}) {
         print "changed: $name, $size{$name} to $now->{$name} bytes\n";
      }
   }
   for my $name (sort keys %size) {
      print "gone: $name\n" unless exists $now->{$name};
   }
   %size = %$now;
   $done->send if exists $size{stop};
}

my $timer = AE::timer 0, $interval, sub {
   return if $is_looking;
   $is_looking = 1;
   look (sub {
      my ($now) = @_;
      $is_looking = 0;
      compare ($now);
   });
};

$done->recv;
undef $timer;
print "stopped with ", (scalar keys %size), " files\n";
