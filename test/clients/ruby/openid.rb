# Contract C's tokens with the gems oauth2 and jwt.
require 'json'
require 'jwt'
require 'net/http'
require 'oauth2'
require 'rest-client'

BASE, CLIENT, SECRET, ACCOUNT, PASSWORD, REDIRECT = ENV.values_at('BASE', 'CLIENT', 'SECRET', 'ACCOUNT', 'PASSWORD', 'REDIRECT')
OPENID = '/realms/triface/protocol/openid-connect'.freeze

def attempt(name)
  yield
  puts "ok oauth2 OpenID #{name}"
rescue StandardError => e
  puts "not ok oauth2 OpenID #{name}: #{e.class} #{e.message}".tr("\n", ' ')
end

def check(condition, what)
  raise what.to_s unless condition
end

# Opens an authorization request in the user's browser. Returns the code that comes back.
def log_in(url, state)
  text = Net::HTTP.get(URI(ENV.fetch('BROWSER') + URI.encode_www_form_component(url)))
  query = URI.decode_www_form(URI(text).query.to_s).to_h
  check(query['state'] == state && query['code'], text)
  query['code']
end

def check_liveness(token)
  fields = { channel: 'WEB', reference: 'contract-4711', file: File.new(ENV.fetch('SELFIE')) }
  answer = JSON.parse(RestClient.post("#{BASE}/face-liveness-sdk/v1/check_liveness", fields, token.headers).body)
  check(answer['result'] == 'Real', answer)
end

$stdout.sync = true
puts "# oauth2 #{Gem::Specification.find_by_name("oauth2").version}, jwt #{JWT::VERSION::STRING}"
client = OAuth2::Client.new(CLIENT, SECRET, site: BASE, authorize_url: "#{OPENID}/auth", token_url: "#{OPENID}/token")
token = nil
attempt('code with PKCE') do
  verifier = SecureRandom.urlsafe_base64(48)
  challenge = Base64.urlsafe_encode64(Digest::SHA256.digest(verifier), padding: false)
  asked = { redirect_uri: REDIRECT, scope: 'openid', state: 's1', code_challenge: challenge, code_challenge_method: 'S256' }
  token = client.auth_code.get_token(log_in(client.auth_code.authorize_url(asked), 's1'), redirect_uri: REDIRECT, code_verifier: verifier)
end
attempt('code without PKCE') do
  url = client.auth_code.authorize_url(redirect_uri: REDIRECT, scope: 'openid profile email', state: 's2')
  token = client.auth_code.get_token(log_in(url, 's2'), redirect_uri: REDIRECT)
end
attempt('ID token, verified') do
  keys = JSON.parse(Net::HTTP.get(URI("#{BASE}#{OPENID}/certs")), symbolize_names: true)
  expected = { iss: "#{BASE}/realms/triface", verify_iss: true, aud: CLIENT, verify_aud: true }
  claims, = JWT.decode(token.params['id_token'], nil, true, { algorithms: ['RS256'], jwks: keys, **expected })
  check(claims['preferred_username'] == ACCOUNT, claims)
end
attempt('userinfo') { check(token.get("#{OPENID}/userinfo").parsed['preferred_username'] == ACCOUNT, 'another user') }
attempt('refresh') { check((token = token.refresh!).expires_in.positive?, token.to_hash) }
attempt('refresh with the scope shown') { token = token.refresh!(scope: token.params['scope']) }
attempt('password') { check_liveness(client.password.get_token(ACCOUNT, PASSWORD)) }
attempt('client credentials') { check_liveness(client.client_credentials.get_token) }
attempt('check_liveness') { check_liveness(token) }
