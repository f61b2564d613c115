// Authorization Code with PKCE by go-oidc: ISSUER CLIENT_ID REDIRECT_URI ALGORITHM.
// Prints where to send the person; reads where they came back; refreshes; prints who they are, as JSON.
package main

import (
	"bufio"
	"context"
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"net/url"
	"os"
	"strings"
	"time"

	"github.com/coreos/go-oidc"
	"golang.org/x/oauth2"
)

func check(err error) {
	if err != nil {
		panic(err)
	}
}

func main() {
	issuer, clientID, redirectURI, algorithm := os.Args[1], os.Args[2], os.Args[3], os.Args[4]
	ctx := context.Background()
	provider, err := oidc.NewProvider(ctx, issuer)
	check(err)
	config := oauth2.Config{
		ClientID:    clientID,
		Endpoint:    provider.Endpoint(),
		RedirectURL: redirectURI,
		Scopes:      []string{oidc.ScopeOpenID, oidc.ScopeOfflineAccess},
	}
	config.Endpoint.AuthStyle = oauth2.AuthStyleInParams // a public client
	secret := strings.Repeat("a secret of this sign-in", 2)
	verifier := base64.RawURLEncoding.EncodeToString([]byte(secret))
	digest := sha256.Sum256([]byte(verifier))
	challenge := base64.RawURLEncoding.EncodeToString(digest[:])
	fmt.Println(config.AuthCodeURL("state", oidc.Nonce("nonce"),
		oauth2.SetAuthURLParam("code_challenge", challenge),
		oauth2.SetAuthURLParam("code_challenge_method", "S256")))

	line, err := bufio.NewReader(os.Stdin).ReadString('\n')
	check(err)
	back, err := url.Parse(strings.TrimSpace(line))
	check(err)
	tokens, err := config.Exchange(ctx, back.Query().Get("code"), oauth2.SetAuthURLParam("code_verifier", verifier))
	check(err)
	rules := oidc.Config{ClientID: clientID, SupportedSigningAlgs: []string{algorithm}}
	idToken, err := provider.Verifier(&rules).Verify(ctx, tokens.Extra("id_token").(string))
	check(err)
	check(idToken.VerifyAccessToken(tokens.AccessToken)) // at_hash
	if idToken.Nonce != "nonce" {
		panic("the nonce is another one")
	}
	tokens.Expiry = time.Now() // so that it is refreshed
	person, err := provider.UserInfo(ctx, config.TokenSource(ctx, tokens))
	check(err)
	check(json.NewEncoder(os.Stdout).Encode(map[string]string{"sub": person.Subject}))
}
