# Contracts A, B and C with Net::HTTP, rest-client and Faraday.
require 'base64'
require 'faraday'
require 'json'
require 'net/http'
require 'rest-client'
require 'securerandom'
require 'time'

RECOGNIZER = '/api/v3.2/biometrics/recognizer'.freeze
LIVENESS = '/api/v3/biometrics/liveness/'.freeze
TOKEN = '/realms/triface/protocol/openid-connect/token'.freeze
SDK = '/face-liveness-sdk/v1'.freeze

def picture(variable, filename = 'photo.jpg')
  [ENV.fetch(variable), filename]
end

# Each library: (method, url, headers, form:, fields:, files:, json:, basic:) -> [status, text]. files: name -> [path, filename]
def with_net_http(method, url, headers, form: nil, fields: {}, files: nil, json: nil, basic: nil)
  uri = URI(url)
  request = Net::HTTP.const_get(method.capitalize).new(uri, headers)
  request.basic_auth(*basic) if basic
  request.set_form_data(form) if form
  if json
    request.content_type = 'application/json'
    request.body = json
  end
  if files
    # a string has no file name
    parts = files.map { |name, (path, file)| file ? [name, File.open(path), { filename: file }] : [name, File.binread(path)] }
    request.set_form(fields.to_a + parts, 'multipart/form-data')
  end
  answer = Net::HTTP.start(uri.host, uri.port) { |http| http.request(request) }
  [answer.code.to_i, answer.body.force_encoding('UTF-8')]
end

def with_rest_client(method, url, headers, form: nil, fields: {}, files: nil, json: nil, basic: nil)
  payload = json || form
  # strings of bytes are fields of a multipart form, without a file name
  payload = fields.merge(files.transform_values { |path, file| file ? File.new(path) : File.binread(path) }).merge(multipart: true) if files
  headers = headers.merge('Content-Type' => 'application/json') if json
  user, password = basic
  RestClient::Request.execute(method: method, url: url, headers: headers, payload: payload, user: user, password: password) do |answer|
    [answer.code, answer.body.dup.force_encoding('UTF-8')]
  end
end

def with_faraday(method, url, headers, form: nil, fields: {}, files: nil, json: nil, basic: nil)
  connection = Faraday.new do |builder|
    builder.request :multipart
    builder.request :url_encoded
    builder.adapter :net_http
  end
  connection.basic_auth(*basic) if basic
  body = json || form
  # Faraday writes a form of strings as urlencoded: a form with files is the only one with parts
  body = fields.merge(files.transform_values { |path, file| Faraday::FilePart.new(path, 'image/jpeg', file) }) if files
  headers = headers.merge('Content-Type' => 'application/json') if json
  answer = connection.run_request(method.downcase.to_sym, url, body, headers)
  [answer.status, answer.body.dup.force_encoding('UTF-8')]
end

def check(condition, what)
  raise what.to_s unless condition
end

def attempt(name)
  yield
  puts "ok #{name}"
rescue StandardError => error
  puts "not ok #{name}: #{error.class} #{error.message.tr("\n", ' ')}"
end

# One library with the state of its requests.
class Client
  def initialize(library, send, without: [])
    @library, @send, @without = library, send, without
    @citizen = SecureRandom.uuid
    @headers = {}
  end

  def ask(method, path, status: 200, headers: {}, **body)
    all = path == TOKEN ? headers : @headers.merge(headers)
    code, text = @send.call(method, ENV.fetch('BASE') + path, all, **body)
    check(code == status, "#{method} #{path}: #{code} #{text}")
    begin
      JSON.parse(text)
    rescue JSON::ParserError
      text
    end
  end

  def operation(name, &block)
    attempt("#{@library} #{name}", &block) unless @without.include?(name)
  end

  def verdict(session, user, password)
    json = { sessionId: session, faceImageBase: Base64.encode64(File.binread(ENV.fetch('SELFIE'))) }.to_json
    answer = ask('POST', '/api/v1/face/liveness', json: json, basic: [ENV.fetch(user), ENV.fetch(password)])
    check(answer['sessionId'] == session && answer['score'].is_a?(Float), answer)
  end

  def nationals(who)
    ask('POST', '/api/v3/biometrics/nationals/', fields: { 'citizen_id' => @citizen }, files: { 'selfie' => picture(who) })['valid']
  end

  def person = "#{RECOGNIZER}/persons/#{@person['id']}/"
  def entity = "#{SDK}/face-liveness/#{@scan['id']}"
  def account = { 'username' => ENV.fetch('ACCOUNT'), 'password' => ENV.fetch('PASSWORD') }
  def client = { 'client_id' => ENV.fetch('CLIENT'), 'client_secret' => ENV.fetch('SECRET') }

  def run
    contract_a
    @headers = {}
    operation('B verdict') { verdict('bbbf9002', 'ACCOUNT', 'PASSWORD') }
    operation('B sessionId null') { verdict(nil, 'ACCOUNT', 'PASSWORD') }
    operation('B non-ASCII credentials') { verdict('s', 'LATIN_ACCOUNT', 'LATIN_PASSWORD') }
    contract_c
  end

  def contract_a
    operation('A token') do
      @tokens = ask('POST', '/api/token/', form: account)
      @headers = { 'Authorization' => "Bearer #{@tokens['access']}" }
    end
    operation('A refresh') { check(ask('POST', '/api/token/refresh/', form: { 'refresh' => @tokens['refresh'] })['access'], 'access') }
    operation('A liveness') do
      answer = ask('POST', LIVENESS, fields: { 'details' => 'true', 'return_id' => 'true' }, files: { 'selfie' => picture('SELFIE') })
      check(answer['valid'] == true && answer['id'].is_a?(Integer) && answer['api_response']['score'].is_a?(Float), answer)
    end
    operation('A attack') do
      answer = ask('POST', LIVENESS, fields: { 'details' => 'true' }, files: { 'selfie' => picture('REPLAY') })
      check(answer['error_code'] == 715 && answer['error_details']['api_response']['quality'].is_a?(Float), answer)
    end
    operation('A bytes without a filename') { check(ask('POST', LIVENESS, files: { 'selfie' => picture('SELFIE', nil) })['valid'], 'valid') }
    operation('A create person') do
      fields = { 'citizen_id' => @citizen, 'name' => 'José Ñandú' }
      @person = ask('POST', "#{RECOGNIZER}/persons/", status: 201, fields: fields, files: { 'image' => picture('SELFIE') })
      check(@person['name'] == 'José Ñandú' && Time.iso8601(@person['created_at']), @person)
    end
    operation('A list persons') { check(ask('GET', "#{RECOGNIZER}/persons/?page=1")['count'].positive?, 'count') }
    operation('A get person') { check(ask('GET', person)['citizen_id'] == @citizen, 'citizen_id') }
    operation('A patch person') do
      check(ask('PATCH', person, form: { 'name' => 'Zoë' })['name'] == 'Zoë', 'name of a form')
      check(ask('PATCH', person, json: '{"is_blocked":false}')['is_blocked'] == false, 'is_blocked of JSON')
    end
    operation('A face') { check(ask('POST', "#{RECOGNIZER}/face/", fields: { 'citizen_id' => @citizen }, files: { 'image' => picture('SELFIE') })['result'], 'result') }
    operation('A nationals') { check(nationals('SELFIE') == true, 'refused') }
    operation('A nationals with the face of another person') { check(nationals('OTHER') == false, 'accepted') }
    operation('A delete person, with a JSON type and no body') { ask('DELETE', person, headers: { 'Content-Type' => 'application/json' }) }
  end

  def contract_c
    operation('C password grant') do
      @tokens = ask('POST', TOKEN, form: { 'grant_type' => 'password', **account, **client })
      @headers = { 'Authorization' => "Bearer #{@tokens['access_token']}" }
    end
    operation('C refresh') { ask('POST', TOKEN, form: { 'grant_type' => 'refresh_token', 'refresh_token' => @tokens['refresh_token'], **client }) }
    operation('C check_liveness') do
      fields = { 'channel' => 'WEB', 'reference' => 'señal/4711' }
      @scan = ask('POST', "#{SDK}/check_liveness", fields: fields, files: { 'file' => picture('SELFIE') })
      check(@scan['result'] == 'Real' && @scan['faces'][0]['mouth_opened'].is_a?(Float), @scan)
    end
    operation('C get') { check(ask('GET', entity)['reference'] == 'señal/4711', 'reference') }
    operation('C list') do
      page = ask('GET', "#{SDK}/face-liveness?page=0&size=2&sort=createdDate,desc")
      check(page['content'][0]['id'] == @scan['id'] && page['page']['totalElements'] == page['totalElements'], page)
    end
    operation('C put as read') { check(ask('PUT', entity, json: ask('GET', entity).merge('result' => 'Spoof').to_json)['result'] == 'Spoof', 'result') }
    operation('C put with nulls') do
      nulls = ask('GET', entity).transform_values { nil }
      check(ask('PUT', entity, json: nulls.merge('result' => 'Real').to_json)['result'] == 'Real', 'result')
    end
    operation('C export') { check(ask('GET', "#{SDK}/face-liveness/export?format=csv").include?(@scan['id']), 'id') }
    operation('C compare_face') do
      fields = { 'channel' => 'WEB', 'reference' => 'r' }
      ask('POST', '/face-recognition-sdk/v1/compare_face', fields: fields, files: { 'file1' => picture('SELFIE'), 'file2' => picture('SELFIE') })
    end
  end
end

$stdout.sync = true
Client.new('Net::HTTP', method(:with_net_http)).run
Client.new('rest-client', method(:with_rest_client)).run
Client.new('Faraday', method(:with_faraday), without: ['A bytes without a filename']).run
