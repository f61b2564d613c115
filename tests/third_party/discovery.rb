# Reads the metadata of ISSUER with openid_connect: prints the addresses that it would use, as JSON.
require 'json'
require 'openid_connect'

OpenIDConnect.http_config { |client| client.ssl_config.add_trust_ca(ENV.fetch('SSL_CERT_FILE')) }
SWD.http_config { |client| client.ssl_config.add_trust_ca(ENV.fetch('SSL_CERT_FILE')) }
found = OpenIDConnect::Discovery::Provider::Config.discover!(ARGV[0])
puts found.as_json.slice(:authorization_endpoint, :token_endpoint).to_json
