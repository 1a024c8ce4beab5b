# Signs and verifies with Mail::DKIM: one JSON object of jobs on stdin, a JSON object of answers on stdout.
use strict;
use warnings;
use JSON::PP;
use MIME::Base64;
use Mail::DKIM::PrivateKey;
use Mail::DKIM::Signer;
use Mail::DKIM::Verifier;
use Net::DNS;

my $work = decode_json(do { local $/; <STDIN> });

{
    no warnings 'redefine';
    *Mail::DKIM::DNS::query = sub {
        my ($name, $type) = @_;
        my $text = $work->{records}{$name};
        return unless defined $text;
        return Net::DNS::RR->new(owner => $name, type => 'TXT', txtdata => [$text =~ /(.{1,255})/g]);
    };
}

# Mail::DKIM takes CRLF and a last line that is ended: its own command-line programs see to both.
sub feed {
    my ($object, $message) = @_;
    $message =~ s/\r?\n/\r\n/g;
    $message .= "\r\n" unless $message =~ /\r\n\z/;
    $object->PRINT($message);
    $object->CLOSE;
}

sub verify {
    my $verifier = Mail::DKIM::Verifier->new;
    feed($verifier, decode_base64($_[0]));
    return $verifier->result eq 'pass' ? 'pass' : $verifier->result_detail;
}

sub sign {
    my ($job) = @_;
    my $message = decode_base64($job->{message});
    my $signer = Mail::DKIM::Signer->new(
        Algorithm => $job->{algorithm},
        Method => $job->{canonicalization},
        Domain => $job->{domain},
        Selector => $job->{selector},
        Key => Mail::DKIM::PrivateKey->load(File => $job->{key}),
    );
    feed($signer, $message);
    my $field = $signer->signature->as_string . "\n";
    my $newline = $message =~ /\r\n/ ? "\r\n" : "\n";
    $field =~ s/\r?\n/$newline/g;
    return encode_base64($field . $message, '');
}

print encode_json({
    verified => [map { verify($_) } @{ $work->{verify} }],
    signed => [map { sign($_) } @{ $work->{sign} }],
});
