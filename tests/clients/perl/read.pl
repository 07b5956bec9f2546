# Chipcard::PCSC: prints the reader and the number of the insured person.
use strict;
use warnings;
use Chipcard::PCSC;
use Chipcard::PCSC::Card;

my $context = Chipcard::PCSC->new() or die "no context: $Chipcard::PCSC::errno";
my ($reader) = $context->ListReaders();
defined $reader or die "no reader: $Chipcard::PCSC::errno";
print "$reader\n";
my $card = Chipcard::PCSC::Card->new($context, $reader) or die "no card: $Chipcard::PCSC::errno";

# SELECT of the application VITALE, without data of the answer, and READ BINARY of its file number 2.
exchange("00 A4 04 0C 0B D2 50 00 00 02 56 49 54 41 4C 45");
my @file = exchange("00 B0 82 00 00");
# The number of the first person: item 93 of a template 65.
$file[0] == 0x65 && $file[2] == 0x93 or die "no template 65 with an item 93";
print pack("C*", @file[4 .. 3 + $file[3]]), "\n";
$card->Disconnect($Chipcard::PCSC::SCARD_LEAVE_CARD) or die "it stays connected: $Chipcard::PCSC::errno";

sub exchange {
    my ($command) = @_;
    my $answer = $card->Transmit(Chipcard::PCSC::ascii_to_array($command));
    defined $answer or die "$command: $Chipcard::PCSC::errno";
    my @status = splice @$answer, -2;
    "@status" eq "144 0" or die "$command: @status";
    return @$answer;
}
