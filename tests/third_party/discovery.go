// Reads the metadata of ISSUER with go-oidc and verifies TOKEN with its keys, signed by ALGORITHM:
// prints the addresses that it would use, as JSON.
package main

import (
	"context"
	"encoding/json"
	"os"

	"github.com/coreos/go-oidc"
)

func check(err error) {
	if err != nil {
		panic(err)
	}
}

func main() {
	issuer, token, algorithm := os.Args[1], os.Args[2], os.Args[3]
	ctx := context.Background()
	provider, err := oidc.NewProvider(ctx, issuer)
	check(err)
	config := oidc.Config{SkipClientIDCheck: true, SupportedSigningAlgs: []string{algorithm}}
	_, err = provider.Verifier(&config).Verify(ctx, token)
	check(err)
	found := map[string]string{
		"authorization_endpoint": provider.Endpoint().AuthURL,
		"token_endpoint":         provider.Endpoint().TokenURL,
	}
	check(json.NewEncoder(os.Stdout).Encode(found))
}
