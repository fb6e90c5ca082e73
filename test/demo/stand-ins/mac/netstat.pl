# Stands for macOS's netstat: `netstat -an -p tcp`, with a dot before the port.
use strict;
"@ARGV" eq '-an -p tcp' or do { print STDERR "netstat: illegal option\n"; exit 1 };
print "Active Internet connections (including servers)\n";
print "Proto Recv-Q Send-Q  Local Address          Foreign Address        (state)\n";
for my $kind ('tcp', 'tcp6') {
  open(my $table, '<', "/proc/net/$kind") or next;
  while (<$table>) {
    my @fields = split;
    next unless ($fields[1] // '') =~ /:([0-9A-F]{4})$/;
    my ($port, $isListen) = (hex $1, $fields[3] eq '0A');
    printf "%-5s      0      0  %-22s %-22s %s\n", $kind eq 'tcp' ? 'tcp4' : 'tcp6', "127.0.0.1.$port",
      $isListen ? '*.*' : '127.0.0.1.1', $isListen ? 'LISTEN' : 'ESTABLISHED';
  }
}
