# Mail::DKIM (Debian: libmail-dkim-perl) by its library: perl mail-dkim.pl FOLDER SET COUNT SECONDS
use strict;
use warnings;
use JSON::PP;
use Mail::DKIM::Verifier;
use Mail::DKIM::DNS;

my ($folder, $name, $count, $seconds) = @ARGV;
sub slurp { local $/; open my $file, '<:raw', $_[0] or die "$_[0]: $!"; return scalar <$file> }
my $records = decode_json(slurp("$folder/keys.json"));
my @lengths = @{ decode_json(slurp("$folder/$name.json")) };
splice @lengths, $count if @lengths > $count;
my $data = slurp("$folder/$name.bin");
my ($start, @messages) = (0);
for my $length (@lengths) { push @messages, substr($data, $start, $length); $start += $length }

{
    package Answer;
    sub new { my ($class, $text) = @_; return bless { text => $text }, $class }
    sub type { 'TXT' }
    sub txtdata { $_[0]{text} }
    sub char_str_list { ($_[0]{text}) }
}
no warnings 'redefine';
*Mail::DKIM::DNS::query = sub { my $text = $records->{ $_[0] }; return defined $text ? Answer->new($text) : () };
*Mail::DKIM::DNS::query_async = sub {
    my ($domain, $type, %parameters) = @_;
    my @answers = Mail::DKIM::DNS::query($domain);
    my @result = $parameters{Callbacks}{Success}->(@answers);
    return sub { return wantarray ? @result : $result[0] };
};

sub spent { my ($user, $system) = times; return $user + $system }
sub passes {
    my ($least) = @_;
    my ($before, $done, $good) = (spent(), 0, 0);
    while (1) {
        for my $message (@messages) {
            my $verifier = Mail::DKIM::Verifier->new;
            $verifier->PRINT($message);
            $verifier->CLOSE;
            $good++ if $verifier->result eq 'pass';
            $done++;
        }
        return { messages => $done, good => $good, cpu => (spent() - $before) * 1e6 } if spent() - $before >= $least;
    }
}
passes($seconds / 3);
print encode_json(passes($seconds)), "\n";
