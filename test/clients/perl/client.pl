# Contracts A, B and C with LWP::UserAgent and HTTP::Request::Common.
use strict;
use warnings;
use utf8;
use Encode qw(encode);
use HTTP::Request::Common qw(GET POST PUT PATCH DELETE);
use JSON::PP;
use LWP::UserAgent;
use MIME::Base64;

binmode STDOUT, ':utf8';
my $recognizer = '/api/v3.2/biometrics/recognizer';
my $liveness   = '/api/v3/biometrics/liveness/';
my $token      = '/realms/triface/protocol/openid-connect/token';
my $sdk        = '/face-liveness-sdk/v1';
my $browser    = LWP::UserAgent->new;
my @bearer;

sub check { my ($condition, $what) = @_; die ref $what ? encode_json($what) : $what unless $condition; return 1 }

sub attempt {
    my ($name, $operation) = @_;
    my $ended = eval { $operation->(); 1 };
    print $ended ? "ok LWP $name\n" : "not ok LWP $name: " . $@ =~ tr/\n/ /r . "\n";
}

sub ask {
    my ($request, $status) = @_;
    my $answer = $browser->request($request);
    my $text   = $answer->content;
    check($answer->code == ($status // 200), join ' ', $request->method, $request->uri->path . ':', $answer->code, $text);
    return $text =~ /^[{\[]/ ? eval { decode_json($text) } // $text : $text;
}

sub bytes { my $path = $ENV{ $_[0] }; open my $file, '<:raw', $path or die "$path: $!"; local $/; return <$file> }
sub url   { return $ENV{BASE} . $_[0] }
# the file is read when the request is made
sub file { return [$ENV{ $_[0] }] }
sub upload { my ($path, @parts) = @_; return POST url($path), @bearer, Content_Type => 'form-data', Content => \@parts }
sub send_json { my ($make, $path, $value) = @_; return $make->(url($path), @bearer, Content_Type => 'application/json', Content => encode_json($value)) }

my @account = (username => $ENV{ACCOUNT}, password => $ENV{PASSWORD});
my @client  = (client_id => $ENV{CLIENT}, client_secret => $ENV{SECRET});
my $citizen = 'perl-' . time;
my ($tokens, $person, $scan);
sub person { return "$recognizer/persons/$person->{id}/" }
sub entity { return "$sdk/face-liveness/$scan->{id}" }

attempt('A token', sub {
    $tokens = ask(POST url('/api/token/'), [@account]);
    @bearer = (Authorization => "Bearer $tokens->{access}");
});
attempt('A refresh', sub { check(ask(POST url('/api/token/refresh/'), [refresh => $tokens->{refresh}])->{access}, 'access') });
attempt('A liveness', sub {
    no warnings 'once';
    local $HTTP::Request::Common::DYNAMIC_FILE_UPLOAD = 1;    # streamed
    my $answer = ask(upload($liveness, details => 'true', return_id => 'true', selfie => file('SELFIE')));
    check($answer->{valid} && $answer->{id} > 0 && $answer->{api_response}{score} > 0, $answer);
});
attempt('A attack', sub { check(ask(upload($liveness, details => 'true', selfie => file('REPLAY')))->{error_code} == 715, 'error_code') });
attempt('A bytes without a filename', sub { check(ask(upload($liveness, selfie => bytes('SELFIE')))->{valid}, 'valid') });
attempt('A create person', sub {
    $person = ask(upload("$recognizer/persons/", citizen_id => $citizen, name => encode('UTF-8', 'José Ñandú'), image => file('SELFIE')), 201);
    check($person->{name} eq 'José Ñandú', $person);
});
attempt('A list persons', sub { check(ask(GET url("$recognizer/persons/?page=1"), @bearer)->{count} > 0, 'count') });
attempt('A get person', sub { check(ask(GET url(person()), @bearer)->{citizen_id} eq $citizen, 'citizen_id') });
attempt('A patch person', sub {
    my $form = PATCH url(person()), @bearer, Content_Type => 'application/x-www-form-urlencoded', Content => 'name=Zo%C3%AB';
    check(ask($form)->{name} eq 'Zoë', 'name of a form');
    check(!ask(send_json(\&PATCH, person(), { is_blocked => JSON::PP::false }))->{is_blocked}, 'is_blocked of JSON');
});
attempt('A face', sub { check(ask(upload("$recognizer/face/", citizen_id => $citizen, image => file('SELFIE')))->{result}, 'result') });
sub nationals { return ask(upload('/api/v3/biometrics/nationals/', citizen_id => $citizen, selfie => file($_[0])))->{valid} }
attempt('A nationals', sub { check(nationals('SELFIE'), 'refused') });
attempt('A nationals with the face of another person', sub { check(!nationals('OTHER'), 'accepted') });
attempt('A delete person, with a JSON type and no body', sub { ask(DELETE url(person()), @bearer, Content_Type => 'application/json') });

@bearer = ();
sub verdict {
    my ($session, $user, $password) = @_;
    my $request = send_json(\&POST, '/api/v1/face/liveness', { sessionId => $session, faceImageBase => encode_base64(bytes('SELFIE')) });
    # the environment holds bytes of UTF-8
    $request->authorization_basic($ENV{$user}, $ENV{$password});
    my $answer = ask($request);
    check($answer->{score} > 0.5 && ($answer->{sessionId} // 'null') eq ($session // 'null'), $answer);
}
attempt('B verdict',               sub { verdict('bbbf9002', 'ACCOUNT',       'PASSWORD') });
attempt('B sessionId null',        sub { verdict(undef,      'ACCOUNT',       'PASSWORD') });
attempt('B non-ASCII credentials', sub { verdict('s',        'LATIN_ACCOUNT', 'LATIN_PASSWORD') });

attempt('C password grant', sub {
    $tokens = ask(POST url($token), [grant_type => 'password', @account, @client]);
    @bearer = (Authorization => "Bearer $tokens->{access_token}");
});
attempt('C refresh', sub { ask(POST url($token), [grant_type => 'refresh_token', refresh_token => $tokens->{refresh_token}, @client]) });
attempt('C check_liveness', sub {
    $scan = ask(upload("$sdk/check_liveness", channel => 'WEB', reference => encode('UTF-8', 'señal/4711'), file => file('SELFIE')));
    check($scan->{result} eq 'Real' && @{ $scan->{faces}[0]{landmarks_68} } == 136, $scan);
});
attempt('C get', sub { check(ask(GET url(entity()), @bearer)->{reference} eq 'señal/4711', 'reference') });
attempt('C list', sub {
    my $page = ask(GET url("$sdk/face-liveness?page=0&size=2&sort=createdDate,desc"), @bearer);
    check($page->{content}[0]{id} eq $scan->{id} && $page->{page}{totalElements} == $page->{totalElements}, $page);
});
sub put { return ask(send_json(\&PUT, entity(), $_[0]))->{result} }
attempt('C put as read', sub { check(put({ %{ ask(GET url(entity()), @bearer) }, result => 'Spoof' }) eq 'Spoof', 'result') });
attempt('C put with nulls', sub {
    my %nulls = map { $_ => undef } keys %{ ask(GET url(entity()), @bearer) };
    check(put({ %nulls, result => 'Real' }) eq 'Real', 'result');
});
attempt('C export', sub { check(ask(GET url("$sdk/face-liveness/export?format=csv"), @bearer) =~ /$scan->{id}/, 'id') });
attempt('C compare_face', sub {
    ask(upload('/face-recognition-sdk/v1/compare_face', channel => 'WEB', reference => 'r', file1 => file('SELFIE'), file2 => file('SELFIE')));
});
