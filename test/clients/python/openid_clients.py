"""Contract C's tokens with Authlib and requests-oauthlib."""
import os

import authlib, oauthlib, requests, requests_oauthlib
from authlib.common.security import generate_token
from authlib.integrations.requests_client import OAuth2Session as AuthlibSession
from authlib.jose import JsonWebKey, jwt
from oauthlib.oauth2 import BackendApplicationClient, LegacyApplicationClient
from requests_oauthlib import OAuth2Session

from lines import attempt, check

env = os.environ
# oauthlib refuses http:// otherwise
env["OAUTHLIB_INSECURE_TRANSPORT"] = "1"
CLIENT, SECRET, ACCOUNT, PASSWORD, REDIRECT = (env[name] for name in ("CLIENT", "SECRET", "ACCOUNT", "PASSWORD", "REDIRECT"))
OPENID = f"{env['BASE']}/realms/triface/protocol/openid-connect"
TOKEN, SCOPE = f"{OPENID}/token", "openid profile email"


def log_in(url):
    """Opens an authorization request in the user's browser. Returns the address that the browser comes back with."""
    answer = requests.get(env["BROWSER"] + requests.utils.quote(url, safe=""))
    check(answer.ok, answer.text)
    return answer.text


class Library:
    """What the two sessions have in common: both are sessions of requests."""

    def run(self, operations):
        for name in operations:
            attempt(f"{self.name} OpenID {name}", getattr(self, name.split(",")[0].replace(" ", "_").lower()))

    def userinfo(self):
        answer = self.session.get(f"{OPENID}/userinfo")
        check(answer.json()["preferred_username"] == ACCOUNT, answer.text)

    def check_liveness(self, session=None):
        with open(env["SELFIE"], "rb") as picture:
            answer = (session or self.session).post(
                f"{env['BASE']}/face-liveness-sdk/v1/check_liveness",
                data={"channel": "WEB", "reference": "contract-4711"},
                files={"file": ("photo.jpg", picture)},
            )
        check(answer.status_code == 200 and answer.json()["result"] == "Real", answer.text)


class Authlib(Library):
    name = "Authlib"

    def code_with_pkce(self):
        self.log_in(generate_token(48))

    def code_without_pkce(self):
        self.log_in(None)

    def log_in(self, verifier):
        self.session = AuthlibSession(CLIENT, SECRET, scope=SCOPE, redirect_uri=REDIRECT, code_challenge_method="S256")
        url, state = self.session.create_authorization_url(f"{OPENID}/auth", code_verifier=verifier, nonce="n")
        verification = {"code_verifier": verifier} if verifier else {}
        self.session.fetch_token(TOKEN, authorization_response=log_in(url), state=state, **verification)

    def id_token(self):
        keys = JsonWebKey.import_key_set(requests.get(f"{OPENID}/certs").json())
        claims = jwt.decode(self.session.token["id_token"], keys, claims_options={"aud": {"essential": True, "value": CLIENT}})
        claims.validate()
        check((claims["nonce"], claims["azp"], claims["typ"]) == ("n", CLIENT, "ID"), claims)

    def refresh(self):
        check(self.session.refresh_token(TOKEN)["expires_in"] > 0, self.session.token)

    def refresh_with_the_scope_shown(self):
        self.session.refresh_token(TOKEN, scope=self.session.token["scope"])

    def password(self):
        self.check_liveness_of(username=ACCOUNT, password=PASSWORD)

    def client_credentials(self):
        self.check_liveness_of(grant_type="client_credentials")

    def check_liveness_of(self, **grant):
        session = AuthlibSession(CLIENT, SECRET)
        session.fetch_token(TOKEN, **grant)
        self.check_liveness(session)

    def introspection(self):
        answer = self.session.introspect_token(f"{TOKEN}/introspect", token=self.session.token["access_token"])
        check(answer.json()["active"] is True and answer.json()["client_id"] == CLIENT, answer.text)

    def revocation(self):
        answer = self.session.revoke_token(f"{OPENID}/revoke", token=self.session.token["access_token"])
        check(answer.status_code == 200, answer.text)
        check(self.session.get(f"{env['BASE']}/v1/face-liveness").status_code == 401, "the token is still valid")


class RequestsOAuthlib(Library):
    name = "requests-oauthlib"

    def code_without_pkce(self):
        self.session = OAuth2Session(CLIENT, redirect_uri=REDIRECT, scope=SCOPE.split(" "))
        url, _ = self.session.authorization_url(f"{OPENID}/auth")
        self.session.fetch_token(TOKEN, authorization_response=log_in(url), client_secret=SECRET)

    def refresh(self):
        self.session.scope = None
        self.session.refresh_token(TOKEN, client_id=CLIENT, client_secret=SECRET)

    def refresh_with_the_scope_shown(self):
        # as the library does unless it is stopped
        self.session.scope = SCOPE.split(" ")
        self.session.refresh_token(TOKEN, client_id=CLIENT, client_secret=SECRET)

    def password(self):
        session = OAuth2Session(client=LegacyApplicationClient(client_id=CLIENT))
        session.fetch_token(TOKEN, username=ACCOUNT, password=PASSWORD, client_id=CLIENT, client_secret=SECRET)
        self.check_liveness(session)

    def client_credentials(self):
        session = OAuth2Session(client=BackendApplicationClient(client_id=CLIENT))
        session.fetch_token(TOKEN, client_id=CLIENT, client_secret=SECRET)
        self.check_liveness(session)


print(f"# Authlib {authlib.__version__}, requests-oauthlib {requests_oauthlib.__version__}, oauthlib {oauthlib.__version__}")
COMMON = ["userinfo", "refresh", "refresh with the scope shown", "password", "client credentials", "check_liveness"]
Authlib().run(["code with PKCE", "code without PKCE", "ID token, verified", *COMMON, "introspection", "revocation"])
RequestsOAuthlib().run(["code without PKCE", *COMMON])
