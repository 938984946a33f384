// Contracts A, B and C with net/http, mime/multipart and encoding/json.
package main

import (
	"bytes"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"io"
	"mime/multipart"
	"net/http"
	"net/textproto"
	"net/url"
	"os"
	"strings"
	"time"
)

const (
	recognizer = "/api/v3.2/biometrics/recognizer"
	liveness   = "/api/v3/biometrics/liveness/"
	token      = "/realms/triface/protocol/openid-connect/token"
	sdk        = "/face-liveness-sdk/v1"
)

var base, bearer = os.Getenv("BASE"), ""

func request(method, path, contentType string, body io.Reader) *http.Request {
	r, err := http.NewRequest(method, base+path, body)
	if err != nil {
		panic(err)
	}
	if contentType != "" {
		r.Header.Set("Content-Type", contentType)
	}
	if bearer != "" && path != token {
		r.Header.Set("Authorization", "Bearer "+bearer)
	}
	return r
}

func form(method, path string, pairs ...string) *http.Request {
	values := url.Values{}
	for i := 0; i < len(pairs); i += 2 {
		values.Set(pairs[i], pairs[i+1])
	}
	return request(method, path, "application/x-www-form-urlencoded", strings.NewReader(values.Encode()))
}

func withJson(method, path string, value interface{}) *http.Request {
	data, err := json.Marshal(value)
	if err != nil {
		panic(err)
	}
	return request(method, path, "application/json", bytes.NewReader(data))
}

func picture(variable string) []byte {
	data, err := os.ReadFile(os.Getenv(variable))
	if err != nil {
		panic(err)
	}
	return data
}

// upload sends its parts as they are written, so the body is chunked. Files: field name to variable.
func upload(path string, files map[string]string, hasNames bool, pairs ...string) *http.Request {
	reader, pipe := io.Pipe()
	w := multipart.NewWriter(pipe)
	go func() {
		for i := 0; i < len(pairs); i += 2 {
			w.WriteField(pairs[i], pairs[i+1])
		}
		for field, variable := range files {
			var part io.Writer
			if hasNames {
				part, _ = w.CreateFormFile(field, "photo.jpg")
			} else {
				part, _ = w.CreatePart(textproto.MIMEHeader{"Content-Disposition": {`form-data; name="` + field + `"`}})
			}
			part.Write(picture(variable))
		}
		w.Close()
		pipe.Close()
	}()
	return request("POST", path, w.FormDataContentType(), reader)
}

func send(r *http.Request, status int, into interface{}, isStrict bool) error {
	answer, err := http.DefaultClient.Do(r)
	if err != nil {
		return err
	}
	defer answer.Body.Close()
	text, err := io.ReadAll(answer.Body)
	if err != nil {
		return err
	}
	if answer.StatusCode != status {
		return fmt.Errorf("%s %s: %d %s", r.Method, r.URL.Path, answer.StatusCode, text)
	}
	if raw, ok := into.(*string); ok {
		*raw = string(text)
		return nil
	}
	decoder := json.NewDecoder(bytes.NewReader(text))
	if isStrict {
		decoder.DisallowUnknownFields()
	}
	return decoder.Decode(into)
}

func main() {
	contractA()
	bearer = ""
	for _, each := range [][4]string{{"verdict", "bbbf9002", "ACCOUNT", "PASSWORD"}, {"sessionId null", "", "ACCOUNT", "PASSWORD"}, {"non-ASCII credentials", "s", "LATIN_ACCOUNT", "LATIN_PASSWORD"}} {
		attempt("net/http B "+each[0], func() error { return faceVerdict(each[1], os.Getenv(each[2]), os.Getenv(each[3])) })
	}
	contractC()
	base = os.Getenv("DOCUMENTED")
	attempt("C documented fields", readStrictly)
}

func contractA() {
	var t tokens
	var p person
	citizen := fmt.Sprint("9-", time.Now().UnixNano())
	selfie := map[string]string{"selfie": "SELFIE"}
	image := map[string]string{"image": "SELFIE"}
	path := func() string { return fmt.Sprint(recognizer, "/persons/", p.Id, "/") }
	operation := func(name string, f func() error) { attempt("net/http A "+name, f) }
	operation("token", func() error {
		err := send(form("POST", "/api/token/", "username", os.Getenv("ACCOUNT"), "password", os.Getenv("PASSWORD")), 200, &t, true)
		bearer = t.Access
		return err
	})
	operation("refresh", func() error {
		var fresh tokens
		return send(form("POST", "/api/token/refresh/", "refresh", t.Refresh), 200, &fresh, true)
	})
	operation("liveness", func() error {
		var v verdict
		if err := send(upload(liveness, selfie, true, "details", "true", "return_id", "true"), 200, &v, true); err != nil {
			return err
		}
		return check(v.Valid && v.Id > 0 && v.ApiResponse.Score > 0, v)
	})
	operation("attack", func() error {
		var v verdict
		if err := send(upload(liveness, map[string]string{"selfie": "REPLAY"}, true, "details", "true"), 200, &v, true); err != nil {
			return err
		}
		return check(!v.Valid && v.ErrorCode == 715, v)
	})
	operation("bytes without a filename", func() error {
		var v verdict
		if err := send(upload(liveness, selfie, false), 200, &v, true); err != nil {
			return err
		}
		return check(v.Valid, v)
	})
	operation("create person", func() error {
		if err := send(upload(recognizer+"/persons/", image, true, "citizen_id", citizen, "name", "José Ñandú"), 201, &p, true); err != nil {
			return err
		}
		return check(p.Name == "José Ñandú", p)
	})
	operation("list persons", func() error {
		var all persons
		return send(request("GET", recognizer+"/persons/?page=1", "", nil), 200, &all, true)
	})
	operation("get person", func() error { return send(request("GET", path(), "", nil), 200, &p, true) })
	operation("patch person", func() error {
		if err := send(form("PATCH", path(), "name", "Zoë"), 200, &p, true); err != nil {
			return err
		}
		if err := send(withJson("PATCH", path(), map[string]bool{"is_blocked": false}), 200, &p, true); err != nil {
			return err
		}
		return check(p.Name == "Zoë" && !p.IsBlocked, p)
	})
	operation("face", func() error {
		var r recognised
		if err := send(upload(recognizer+"/face/", image, true, "citizen_id", citizen), 200, &r, true); err != nil {
			return err
		}
		return check(r.Result, r)
	})
	nationals := func(who string, valid bool) error {
		var v verdict
		if err := send(upload("/api/v3/biometrics/nationals/", map[string]string{"selfie": who}, true, "citizen_id", citizen), 200, &v, false); err != nil {
			return err
		}
		return check(v.Valid == valid, v)
	}
	operation("nationals", func() error { return nationals("SELFIE", true) })
	operation("nationals with the face of another person", func() error { return nationals("OTHER", false) })
	operation("delete person, with a JSON type and no body", func() error {
		return send(request("DELETE", path(), "application/json", nil), 200, &p, false)
	})
}

func faceVerdict(session, user, password string) error {
	body := map[string]interface{}{"sessionId": nil, "faceImageBase": "data:image/png;base64," + base64.StdEncoding.EncodeToString(picture("SELFIE"))}
	if session != "" {
		body["sessionId"] = session
	}
	r := withJson("POST", "/api/v1/face/liveness", body)
	r.SetBasicAuth(user, password)
	var v faceLiveness
	if err := send(r, 200, &v, true); err != nil {
		return err
	}
	return check(v.Score > 0.5 && (v.SessionId == nil) == (session == ""), v)
}
