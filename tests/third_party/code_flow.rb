# Authorization Code with PKCE by openid_connect: ISSUER CLIENT_ID REDIRECT_URI ALGORITHM.
# Prints where to send the person; reads where they came back; refreshes; prints who they are, as JSON.
require 'json'
require 'openid_connect'

trust = ->(client) { client.ssl_config.add_trust_ca(ENV.fetch('SSL_CERT_FILE')) }
[OpenIDConnect, SWD, Rack::OAuth2].each { |library| library.http_config(&trust) }
issuer, client_id, redirect_uri, algorithm = ARGV
found = OpenIDConnect::Discovery::Provider::Config.discover!(issuer)
client = OpenIDConnect::Client.new(
  identifier: client_id,
  redirect_uri: redirect_uri,
  authorization_endpoint: found.authorization_endpoint,
  token_endpoint: found.token_endpoint,
  userinfo_endpoint: found.userinfo_endpoint
)
verifier, state, nonce = Array.new(3) { SecureRandom.hex(32) }
$stdout.sync = true
puts client.authorization_uri(
  scope: %i[openid offline_access],
  state: state,
  nonce: nonce,
  code_challenge: Base64.urlsafe_encode64(Digest::SHA256.digest(verifier), padding: false),
  code_challenge_method: 'S256'
)
answer = URI.decode_www_form(URI($stdin.gets.strip).query).to_h
raise 'state' unless answer['state'] == state

client.authorization_code = answer['code']
tokens = client.access_token!(:none, client_id: client_id, code_verifier: verifier)
claims = OpenIDConnect::ResponseObject::IdToken.decode(tokens.id_token, found.jwks)
claims.verify!(issuer: issuer, client_id: client_id, nonce: nonce)
client.refresh_token = tokens.refresh_token
again = client.access_token!(:none, client_id: client_id)
puts({ sub: again.userinfo!.sub }.to_json)
