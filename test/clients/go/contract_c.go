package main

import (
	"os"
	"strings"
)

var file = map[string]string{"file": "SELFIE"}

func logIn(into *grant, client ...string) error {
	pairs := append([]string{"grant_type", "password", "username", os.Getenv("ACCOUNT"), "password", os.Getenv("PASSWORD")}, client...)
	err := send(form("POST", token, pairs...), 200, into, false)
	bearer = into.AccessToken
	return err
}

func contractC() {
	var g grant
	var c checked
	var s scan
	path := func() string { return sdk + "/face-liveness/" + c.Id }
	client := []string{"client_id", os.Getenv("CLIENT"), "client_secret", os.Getenv("SECRET")}
	operation := func(name string, f func() error) { attempt("net/http C "+name, f) }
	operation("password grant", func() error { return logIn(&g, client...) })
	operation("refresh", func() error {
		var fresh grant
		return send(form("POST", token, append(client, "grant_type", "refresh_token", "refresh_token", g.RefreshToken)...), 200, &fresh, false)
	})
	operation("check_liveness", func() error {
		if err := send(upload(sdk+"/check_liveness", file, true, "channel", "WEB", "reference", "señal/4711"), 200, &c, false); err != nil {
			return err
		}
		return check(c.Result == "Real" && len(c.Faces[0].Landmarks68) == 136, c)
	})
	operation("get", func() error {
		if err := send(request("GET", path(), "", nil), 200, &s, false); err != nil {
			return err
		}
		return check(s.CreatedDate.Equal(c.CreatedDate), s)
	})
	operation("list", func() error {
		var p page
		if err := send(request("GET", sdk+"/face-liveness?page=0&size=2&sort=createdDate,desc", "", nil), 200, &p, false); err != nil {
			return err
		}
		return check(p.Content[0].Id == c.Id && p.Page.TotalElements == p.TotalElements, p)
	})
	put := func(value scan, result string) error {
		value.Result = result
		var after scan
		if err := send(withJson("PUT", path(), value), 200, &after, false); err != nil {
			return err
		}
		return check(after.Result == result && after.Id == c.Id, after)
	}
	operation("put as read", func() error { return put(s, "Spoof") })
	operation("put with nulls", func() error { return put(scan{}, "Real") })
	operation("export", func() error {
		var text string
		if err := send(request("GET", sdk+"/face-liveness/export?format=csv", "", nil), 200, &text, false); err != nil {
			return err
		}
		return check(strings.Contains(text, c.Id), text)
	})
	operation("compare_face", func() error {
		var text string
		files := map[string]string{"file1": "SELFIE", "file2": "SELFIE"}
		return send(upload("/face-recognition-sdk/v1/compare_face", files, true, "channel", "WEB", "reference", "r"), 200, &text, false)
	})
}

func readStrictly() error {
	var g grant
	if err := logIn(&g, "client_id", "triface"); err != nil {
		return err
	}
	var c checked
	var s scan
	if err := send(upload(sdk+"/check_liveness", file, true, "channel", "WEB", "reference", "r"), 200, &c, true); err != nil {
		return err
	}
	return send(request("GET", sdk+"/face-liveness/"+c.Id, "", nil), 200, &s, true)
}
