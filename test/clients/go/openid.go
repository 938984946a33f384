// Contract C's tokens with golang.org/x/oauth2 and github.com/coreos/go-oidc.
package main

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"io"
	"mime/multipart"
	"net/http"
	"net/url"
	"os"
	"time"

	oidc "github.com/coreos/go-oidc"
	"golang.org/x/oauth2"
	"golang.org/x/oauth2/clientcredentials"
)

const verifier = "a-verifier-of-forty-three-characters-or-more"

var ctx = context.Background()

// logIn opens the authorization request in the user's browser and returns the code that comes back.
func logIn(request, state string) (string, error) {
	answer, err := http.Get(os.Getenv("BROWSER") + url.QueryEscape(request))
	if err != nil {
		return "", err
	}
	defer answer.Body.Close()
	text, err := io.ReadAll(answer.Body)
	if err != nil {
		return "", err
	}
	back, err := url.Parse(string(text))
	if err != nil {
		return "", err
	}
	return back.Query().Get("code"), check(back.Query().Get("state") == state && back.Query().Get("code") != "", string(text))
}

func checkLiveness(client *http.Client) error {
	picture, err := os.ReadFile(os.Getenv("SELFIE"))
	if err != nil {
		return err
	}
	var body bytes.Buffer
	w := multipart.NewWriter(&body)
	w.WriteField("channel", "WEB")
	w.WriteField("reference", "contract-4711")
	part, _ := w.CreateFormFile("file", "photo.jpg")
	part.Write(picture)
	w.Close()
	answer, err := client.Post(os.Getenv("BASE")+"/face-liveness-sdk/v1/check_liveness", w.FormDataContentType(), &body)
	if err != nil {
		return err
	}
	defer answer.Body.Close()
	var scan struct{ Result string }
	if err := json.NewDecoder(answer.Body).Decode(&scan); err != nil {
		return err
	}
	return check(answer.StatusCode == 200 && scan.Result == "Real", fmt.Sprint(answer.StatusCode, scan))
}

func main() {
	var provider *oidc.Provider
	var config oauth2.Config
	var token *oauth2.Token
	id, secret := os.Getenv("CLIENT"), os.Getenv("SECRET")
	attempt("x/oauth2 OpenID discovery", func() (err error) {
		provider, err = oidc.NewProvider(ctx, os.Getenv("BASE")+"/realms/triface")
		if err == nil {
			config = oauth2.Config{ClientID: id, ClientSecret: secret, RedirectURL: os.Getenv("REDIRECT"), Endpoint: provider.Endpoint(), Scopes: []string{oidc.ScopeOpenID, "profile", "email"}}
		}
		return err
	})
	if provider == nil {
		os.Exit(1)
	}
	attempt("x/oauth2 OpenID code with PKCE", func() error {
		hash := sha256.Sum256([]byte(verifier))
		challenge := base64.RawURLEncoding.EncodeToString(hash[:])
		code, err := logIn(config.AuthCodeURL("s1", oauth2.SetAuthURLParam("code_challenge", challenge), oauth2.SetAuthURLParam("code_challenge_method", "S256")), "s1")
		if err != nil {
			return err
		}
		token, err = config.Exchange(ctx, code, oauth2.SetAuthURLParam("code_verifier", verifier))
		return err
	})
	attempt("x/oauth2 OpenID code without PKCE", func() error {
		code, err := logIn(config.AuthCodeURL("s2", oidc.Nonce("n2"), oauth2.AccessTypeOffline), "s2")
		if err != nil {
			return err
		}
		token, err = config.Exchange(ctx, code)
		return err
	})
	attempt("x/oauth2 OpenID ID token, verified", func() error {
		raw, _ := token.Extra("id_token").(string)
		verified, err := provider.Verifier(&oidc.Config{ClientID: id}).Verify(ctx, raw)
		if err != nil {
			return err
		}
		if err := verified.VerifyAccessToken(token.AccessToken); err != nil {
			return err
		}
		return check(verified.Nonce == "n2", verified)
	})
	attempt("x/oauth2 OpenID userinfo", func() error {
		user, err := provider.UserInfo(ctx, config.TokenSource(ctx, token))
		if err != nil {
			return err
		}
		var claims struct{ Preferred_username string }
		if err := user.Claims(&claims); err != nil {
			return err
		}
		return check(claims.Preferred_username == os.Getenv("ACCOUNT"), claims)
	})
	attempt("x/oauth2 OpenID refresh", func() error {
		expired := *token
		expired.Expiry = time.Now().Add(-time.Hour)
		fresh, err := config.TokenSource(ctx, &expired).Token()
		if err != nil {
			return err
		}
		old := token.AccessToken
		token = fresh
		return check(fresh.Valid() && fresh.AccessToken != old, fresh)
	})
	attempt("x/oauth2 OpenID check_liveness", func() error { return checkLiveness(config.Client(ctx, token)) })
	attempt("x/oauth2 OpenID password", func() error {
		fresh, err := config.PasswordCredentialsToken(ctx, os.Getenv("ACCOUNT"), os.Getenv("PASSWORD"))
		if err != nil {
			return err
		}
		return check(fresh.Valid() && fresh.RefreshToken != "", fresh)
	})
	attempt("x/oauth2 OpenID client credentials", func() error {
		own := clientcredentials.Config{ClientID: id, ClientSecret: secret, TokenURL: provider.Endpoint().TokenURL}
		return checkLiveness(own.Client(ctx))
	})
}
