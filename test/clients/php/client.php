<?php
// Contracts A, B and C with ext-curl, PHP's streams and Guzzle.
require '/usr/share/php/GuzzleHttp/autoload.php';

const RECOGNIZER = '/api/v3.2/biometrics/recognizer';
const LIVENESS = '/api/v3/biometrics/liveness/';
const TOKEN = '/realms/triface/protocol/openid-connect/token';
const SDK = '/face-liveness-sdk/v1';

/** Each library: (method, url, headers, body) → [status, text]. Body: form, fields and files (name → [bytes, filename]), json, basic. */
function with_curl($method, $url, $headers, $body)
{
    $curl = curl_init($url);
    $options = [CURLOPT_RETURNTRANSFER => true, CURLOPT_CUSTOMREQUEST => $method];
    if (isset($body['basic'])) $options[CURLOPT_USERPWD] = implode(':', $body['basic']);
    if (isset($body['form'])) $options[CURLOPT_POSTFIELDS] = http_build_query($body['form']);
    if (isset($body['json'])) {
        $headers[] = 'Content-Type: application/json';
        $options[CURLOPT_POSTFIELDS] = $body['json'];
    }
    if (isset($body['files'])) {
        $options[CURLOPT_POSTFIELDS] = $body['fields'] ?? [];
        foreach ($body['files'] as $name => [$bytes, $filename])
            $options[CURLOPT_POSTFIELDS][$name] = $filename === null ? $bytes : new CURLStringFile($bytes, $filename, 'image/jpeg');
    }
    curl_setopt_array($curl, $options + [CURLOPT_HTTPHEADER => $headers]);
    $text = curl_exec($curl);
    return [curl_getinfo($curl, CURLINFO_RESPONSE_CODE), $text === false ? curl_error($curl) : $text];
}

function with_guzzle($method, $url, $headers, $body)
{
    $options = ['http_errors' => false, 'headers' => []];
    foreach ($headers as $header) {
        [$name, $value] = explode(': ', $header, 2);
        $options['headers'][$name] = $value;
    }
    if (isset($body['basic'])) $options['auth'] = $body['basic'];
    if (isset($body['form'])) $options['form_params'] = $body['form'];
    if (isset($body['json'])) $options['json'] = json_decode($body['json']);
    foreach ($body['fields'] ?? [] as $name => $value) $options['multipart'][] = ['name' => $name, 'contents' => $value];
    foreach ($body['files'] ?? [] as $name => [$bytes, $filename])
        $options['multipart'][] = ['name' => $name, 'contents' => $bytes] + ($filename === null ? [] : ['filename' => $filename]);
    $answer = (new GuzzleHttp\Client)->request($method, $url, $options);
    return [$answer->getStatusCode(), (string) $answer->getBody()];
}

/** HTTP/1.0 by default. Streams have no forms with files: Guzzle's MultipartStream writes them. */
function with_streams($method, $url, $headers, $body)
{
    $content = $body['json'] ?? http_build_query($body['form'] ?? []);
    if (isset($body['json'])) $headers[] = 'Content-Type: application/json';
    if (isset($body['form'])) $headers[] = 'Content-Type: application/x-www-form-urlencoded';
    if (isset($body['basic'])) $headers[] = 'Authorization: Basic ' . base64_encode(implode(':', $body['basic']));
    if (isset($body['files'])) {
        $parts = [];
        foreach ($body['fields'] ?? [] as $name => $value) $parts[] = ['name' => $name, 'contents' => $value];
        foreach ($body['files'] as $name => [$bytes, $filename])
            $parts[] = ['name' => $name, 'contents' => $bytes] + ($filename === null ? [] : ['filename' => $filename]);
        $stream = new GuzzleHttp\Psr7\MultipartStream($parts);
        $headers[] = 'Content-Type: multipart/form-data; boundary=' . $stream->getBoundary();
        $content = (string) $stream;
    }
    $http = ['method' => $method, 'header' => $headers, 'content' => $content, 'ignore_errors' => true];
    $text = file_get_contents($url, false, stream_context_create(['http' => $http]));
    return [(int) explode(' ', $http_response_header[0])[1], $text];
}

function check($condition, $what)
{
    if (!$condition) throw new Exception(is_string($what) ? $what : json_encode($what));
}

function attempt($name, $operation)
{
    try {
        $operation();
        echo "ok $name\n";
    } catch (Throwable $error) {
        echo "not ok $name: " . str_replace("\n", ' ', $error->getMessage()) . "\n";
    }
}

function picture($variable, $filename = 'photo.jpg')
{
    return [file_get_contents(getenv($variable)), $filename];
}

function run($library, $send)
{
    $headers = [];
    $ask = function ($method, $path, $body = [], $status = 200) use ($send, &$headers) {
        [$code, $text] = $send($method, getenv('BASE') . $path, array_merge($path === TOKEN ? [] : $headers, $body['headers'] ?? []), $body);
        check($code === $status, "$method $path: $code $text");
        return json_decode($text, true) ?? $text;
    };
    $citizen = uniqid("$library-");
    $tokens = $person = $scan = null;
    $client = ['client_id' => getenv('CLIENT'), 'client_secret' => getenv('SECRET')];
    $account = ['username' => getenv('ACCOUNT'), 'password' => getenv('PASSWORD')];
    $nationals = fn($who) => $ask('POST', '/api/v3/biometrics/nationals/', ['fields' => ['citizen_id' => $citizen], 'files' => ['selfie' => picture($who)]])['valid'];
    $verdict = function ($session, $user, $password) use ($ask) {
        $json = json_encode(['sessionId' => $session, 'faceImageBase' => 'data:image/jpeg;base64,' . base64_encode(picture('SELFIE')[0])]);
        $answer = $ask('POST', '/api/v1/face/liveness', ['json' => $json, 'basic' => [getenv($user), getenv($password)]]);
        check($answer['sessionId'] === $session && is_float($answer['score']), $answer);
    };
    $path = function () use (&$person) { return RECOGNIZER . "/persons/{$person['id']}/"; };
    $entity = function () use (&$scan) { return SDK . "/face-liveness/{$scan['id']}"; };
    $operations = [
        'A token' => function () use ($ask, $account, &$headers, &$tokens) {
            $tokens = $ask('POST', '/api/token/', ['form' => $account]);
            $headers = ["Authorization: Bearer {$tokens['access']}"];
        },
        'A refresh' => function () use ($ask, &$tokens) { check(is_string($ask('POST', '/api/token/refresh/', ['form' => ['refresh' => $tokens['refresh']]])['access']), 'access'); },
        'A liveness' => function () use ($ask) {
            $answer = $ask('POST', LIVENESS, ['fields' => ['details' => 'true', 'return_id' => 'True'], 'files' => ['selfie' => picture('SELFIE')]]);
            check($answer['valid'] === true && is_int($answer['id']) && is_float($answer['api_response']['score']), $answer);
        },
        'A attack' => function () use ($ask) {
            $answer = $ask('POST', LIVENESS, ['fields' => ['details' => 'true'], 'files' => ['selfie' => picture('REPLAY')]]);
            check($answer['error_code'] === 715 && is_float($answer['error_details']['api_response']['quality']), $answer);
        },
        'A bytes without a filename' => fn() => check($ask('POST', LIVENESS, ['files' => ['selfie' => picture('SELFIE', null)]])['valid'], 'valid'),
        'A create person' => function () use ($ask, $citizen, &$person) {
            $person = $ask('POST', RECOGNIZER . '/persons/', ['fields' => ['citizen_id' => $citizen, 'name' => 'José Ñandú'], 'files' => ['image' => picture('SELFIE')]], 201);
            check($person['name'] === 'José Ñandú' && new DateTimeImmutable($person['created_at']), $person);
        },
        'A list persons' => fn() => check($ask('GET', RECOGNIZER . '/persons/?page=1')['count'] > 0, 'count'),
        'A get person' => fn() => check($ask('GET', $path())['citizen_id'] === $citizen, 'citizen_id'),
        'A patch person' => function () use ($ask, $path) {
            check($ask('PATCH', $path(), ['form' => ['name' => 'Zoë', 'is_blocked' => false]])['name'] === 'Zoë', 'name of a form');
            check($ask('PATCH', $path(), ['json' => '{"is_blocked":false}'])['is_blocked'] === false, 'is_blocked of JSON');
        },
        'A face' => fn() => check($ask('POST', RECOGNIZER . '/face/', ['fields' => ['citizen_id' => $citizen], 'files' => ['image' => picture('SELFIE')]])['result'], 'result'),
        'A nationals' => fn() => check($nationals('SELFIE') === true, 'refused'),
        'A nationals with the face of another person' => fn() => check($nationals('OTHER') === false, 'accepted'),
        'A delete person, with a JSON type and no body' => fn() => $ask('DELETE', $path(), ['headers' => ['Content-Type: application/json']]),
        'B verdict' => function () use ($verdict, &$headers) {
            $headers = [];
            $verdict('bbbf9002', 'ACCOUNT', 'PASSWORD');
        },
        'B sessionId null' => fn() => $verdict(null, 'ACCOUNT', 'PASSWORD'),
        'B non-ASCII credentials' => fn() => $verdict('s', 'LATIN_ACCOUNT', 'LATIN_PASSWORD'),
        'C password grant' => function () use ($ask, $account, $client, &$tokens, &$headers) {
            $tokens = $ask('POST', TOKEN, ['form' => $client + $account + ['grant_type' => 'password']]);
            $headers = ["Authorization: Bearer {$tokens['access_token']}"];
        },
        'C refresh' => function () use ($ask, $client, &$tokens) { $ask('POST', TOKEN, ['form' => $client + ['grant_type' => 'refresh_token', 'refresh_token' => $tokens['refresh_token']]]); },
        'C check_liveness' => function () use ($ask, &$scan) {
            $scan = $ask('POST', SDK . '/check_liveness', ['fields' => ['channel' => 'WEB', 'reference' => 'señal/4711'], 'files' => ['file' => picture('SELFIE')]]);
            check($scan['result'] === 'Real' && is_float($scan['faces'][0]['mouth_opened']), $scan);
        },
        'C get' => fn() => check($ask('GET', $entity())['reference'] === 'señal/4711', 'reference'),
        'C list' => function () use ($ask, &$scan) {
            $page = $ask('GET', SDK . '/face-liveness?' . http_build_query(['page' => 0, 'size' => 2, 'sort' => 'createdDate,desc']));
            check($page['content'][0]['id'] === $scan['id'] && $page['page']['totalElements'] === $page['totalElements'], $page);
        },
        'C put as read' => fn() => check($ask('PUT', $entity(), ['json' => json_encode(array_merge($ask('GET', $entity()), ['result' => 'Spoof']))])['result'] === 'Spoof', 'result'),
        'C put with nulls' => fn() => check($ask('PUT', $entity(), ['json' => json_encode(array_merge(array_map(fn() => null, $ask('GET', $entity())), ['result' => 'Real']))])['result'] === 'Real', 'result'),
        'C export' => function () use ($ask, &$scan) { check(str_contains($ask('GET', SDK . '/face-liveness/export?format=csv'), $scan['id']), 'id'); },
        'C compare_face' => fn() => $ask('POST', '/face-recognition-sdk/v1/compare_face', ['fields' => ['channel' => 'WEB', 'reference' => 'r'], 'files' => ['file1' => picture('SELFIE'), 'file2' => picture('SELFIE')]]),
    ];
    foreach ($operations as $name => $operation) attempt("$library $name", $operation);
}

run('ext-curl', 'with_curl');
run('Guzzle', 'with_guzzle');
run('streams', 'with_streams');
