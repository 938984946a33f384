"""Contracts A, B and C with requests, httpx and aiohttp. Answers are read into models of pydantic that refuse unknown fields."""
import asyncio, base64, json, os, uuid

import aiohttp, httpx, requests

from lines import attempt, check
from models import Access, Attack, Checked, DocumentedCheck, DocumentedScan, FaceLiveness, Page, Person, Persons, Recognised, Scan, Tokens, Verdict

env = os.environ
BASE, CREDENTIALS, LATIN = env["BASE"], (env["ACCOUNT"], env["PASSWORD"]), (env["LATIN_ACCOUNT"], env["LATIN_PASSWORD"])


def send_requests(method, url, **body):
    answer = requests.request(method, url, **body)
    return answer.status_code, answer.text


def send_httpx(method, url, **body):
    answer = httpx.request(method, url, timeout=60, **body)
    return answer.status_code, answer.text


def send_aiohttp(method, url, files=(), data=None, auth=None, **body):
    async def send():
        form = data
        if files:
            form = aiohttp.FormData()
            for name, value in (data or {}).items():
                form.add_field(name, str(value))
            for name, (filename, content) in files:
                form.add_field(name, content, **({"filename": filename} if filename else {}))
        async with aiohttp.ClientSession(auth=auth and aiohttp.BasicAuth(*auth)) as session:
            async with session.request(method, url, data=form, **body) as answer:
                return answer.status, await answer.text()

    return asyncio.run(send())


def picture(name, variable, filename="photo.jpg"):
    with open(env[variable], "rb") as file:
        return (name, (filename, file.read()))


class Client:
    """One library: `send` makes one request of it."""

    def __init__(self, library, send, base=BASE):
        self.library, self.send, self.base, self.headers = library, send, base, {}

    def ask(self, model, method, path, status=200, **body):
        headers = {**self.headers, **body.pop("headers", {})} if "openid" not in path else {}
        code, text = self.send(method, self.base + path, headers=headers, **body)
        check(code == status, f"{method} {path}: {code} {text}")
        return model(**json.loads(text)) if model else text

    def run(self):
        contracts = {"A": ContractA(self), "B": ContractB(self), "C": ContractC(self)}
        for letter, contract in contracts.items():
            self.headers = {}
            for name, operation in contract.operations():
                attempt(f"{self.library} {letter} {name}", operation)


RECOGNIZER = "/api/v3.2/biometrics/recognizer"
LIVENESS = "/api/v3/biometrics/liveness/"
NATIONALS = "/api/v3/biometrics/nationals/"


class ContractA:
    def __init__(self, client):
        self.client, self.ask = client, client.ask
        self.citizen = f"7-{uuid.uuid4()}"

    def operations(self):
        yield "token", self.token
        yield "refresh", lambda: self.ask(Access, "POST", "/api/token/refresh/", data={"refresh": self.tokens.refresh})
        yield "liveness", self.liveness
        yield "attack", self.attack
        yield "bytes without a filename", lambda: self.ask(dict, "POST", LIVENESS, files=[picture("selfie", "SELFIE", None)])
        yield "create person", self.create
        yield "list persons", lambda: self.ask(Persons, "GET", f"{RECOGNIZER}/persons/", params={"page": 1})
        yield "get person", lambda: self.ask(Person, "GET", self.path())
        yield "patch person", self.patch
        yield "face", self.face
        yield "nationals", lambda: self.nationals("SELFIE", True)
        yield "nationals with the face of another person", lambda: self.nationals("OTHER", False)
        yield "delete person, with a JSON type and no body", self.delete

    def path(self):
        return f"{RECOGNIZER}/persons/{self.person.id}/"

    def token(self):
        self.tokens = self.ask(Tokens, "POST", "/api/token/", data=dict(zip(("username", "password"), CREDENTIALS)))
        self.client.headers["Authorization"] = f"Bearer {self.tokens.access}"

    def liveness(self):
        fields = {"details": True, "return_id": True, "device": "DESKTOP"}
        check(self.ask(Verdict, "POST", LIVENESS, data=fields, files=[picture("selfie", "SELFIE")]).valid, "the selfie is refused")

    def attack(self):
        answer = self.ask(Attack, "POST", LIVENESS, data={"details": True, "return_id": True}, files=[picture("selfie", "REPLAY")])
        check((answer.valid, answer.error_code) == (False, 715), answer)

    def create(self):
        fields = {"citizen_id": self.citizen, "name": "José Ñandú"}
        self.person = self.ask(Person, "POST", f"{RECOGNIZER}/persons/", 201, data=fields, files=[picture("image", "SELFIE")])
        check(self.person.name == "José Ñandú", self.person)

    def patch(self):
        check(self.ask(Person, "PATCH", self.path(), data={"name": "Zoë"}).name == "Zoë", "the name of a form")
        check(self.ask(Person, "PATCH", self.path(), json={"is_blocked": False}).is_blocked is False, "is_blocked of JSON")

    def face(self):
        fields, files = {"citizen_id": self.citizen, "name": "Zoë"}, [picture("image", "SELFIE")]
        check(self.ask(Recognised, "POST", f"{RECOGNIZER}/face/", data=fields, files=files).result, "the face is not recognised")

    def nationals(self, who, valid):
        answer = self.ask(dict, "POST", NATIONALS, data={"citizen_id": self.citizen}, files=[picture("selfie", who)])
        check(answer["valid"] is valid, answer)

    def delete(self):
        self.ask(Person, "DELETE", self.path(), headers={"Content-Type": "application/json"})


class ContractB:
    def __init__(self, client):
        self.client = client

    def operations(self):
        yield "verdict", lambda: self.verdict("bbbf9002-c3a2", CREDENTIALS)
        yield "sessionId null", lambda: self.verdict(None, CREDENTIALS)
        yield "non-ASCII credentials", lambda: self.verdict("s", LATIN)

    def verdict(self, session, credentials):
        body = {"sessionId": session, "faceImageBase": base64.b64encode(picture("", "SELFIE")[1][1]).decode()}
        answer = self.client.ask(FaceLiveness, "POST", "/api/v1/face/liveness", json=body, auth=credentials)
        check(answer.sessionId == session and answer.score > 0.5, answer)


class ContractC:
    token_path = "/realms/triface/protocol/openid-connect/token"
    sdk = "/face-liveness-sdk/v1"

    def __init__(self, client):
        self.client, self.ask = client, client.ask

    def operations(self):
        yield "password grant", lambda: self.log_in({"client_id": env["CLIENT"], "client_secret": env["SECRET"]})
        yield "refresh", self.refresh
        yield "check_liveness", self.check
        yield "get", self.get
        yield "list", self.list
        yield "put as read", lambda: self.put(json.loads(self.entity), "Spoof")
        yield "put with nulls", lambda: self.put(dict.fromkeys(json.loads(self.entity)), "Real")
        yield "export", self.export
        yield "compare_face", self.compare

    def log_in(self, client):
        password = {"grant_type": "password", "username": CREDENTIALS[0], "password": CREDENTIALS[1]}
        self.tokens = self.ask(dict, "POST", self.token_path, data={**client, **password})
        self.client.headers["Authorization"] = f"Bearer {self.tokens['access_token']}"

    def refresh(self):
        grant = {"grant_type": "refresh_token", "refresh_token": self.tokens["refresh_token"]}
        self.ask(dict, "POST", self.token_path, data={**grant, "client_id": env["CLIENT"], "client_secret": env["SECRET"]})

    def check(self):
        fields, files = {"channel": "WEB", "reference": "señal/4711"}, [picture("file", "SELFIE")]
        answer = json.loads(self.ask(None, "POST", f"{self.sdk}/check_liveness", data=fields, files=files))
        self.id = answer["id"]
        scan = Checked(**answer)
        check(scan.result == "Real" and len(scan.faces[0].landmarks_68) == 136, scan)

    def get(self):
        self.entity = self.ask(None, "GET", f"{self.sdk}/face-liveness/{self.id}")
        check(str(Scan(**json.loads(self.entity)).id) == self.id, self.entity)

    def list(self):
        page = self.ask(Page, "GET", f"{self.sdk}/face-liveness", params={"page": 0, "size": 2, "sort": "createdDate,desc"})
        check(page.totalElements == page.page["totalElements"] and str(page.content[0].id) == self.id, page)

    def put(self, entity, result):
        answer = self.ask(Scan, "PUT", f"{self.sdk}/face-liveness/{self.id}", json={**entity, "result": result})
        check(answer.result == result and str(answer.id) == self.id, answer)

    def export(self):
        lines = self.ask(None, "GET", f"{self.sdk}/face-liveness/export", params={"format": "ndjson"}).splitlines()
        check(any(str(Scan(**json.loads(line)).id) == self.id for line in lines), lines)

    def compare(self):
        files = [picture("file1", "SELFIE"), picture("file2", "SELFIE")]
        fields = {"channel": "WEB", "reference": "r"}
        self.ask(dict, "POST", "/face-recognition-sdk/v1/compare_face", data=fields, files=files)

    def strict(self):
        """Against a server that answers the documented fields only."""
        self.log_in({"client_id": "triface"})
        fields, files = {"channel": "WEB", "reference": "r"}, [picture("file", "SELFIE")]
        scan = self.ask(DocumentedCheck, "POST", f"{self.sdk}/check_liveness", data=fields, files=files)
        self.ask(DocumentedScan, "GET", f"{self.sdk}/face-liveness/{scan.id}")
        for each in self.ask(dict, "GET", f"{self.sdk}/face-liveness")["content"]:
            DocumentedScan(**each)


for library, send in {"requests": send_requests, "httpx": send_httpx, "aiohttp": send_aiohttp}.items():
    Client(library, send).run()
attempt("C documented fields", ContractC(Client("requests", send_requests, env["DOCUMENTED"])).strict)
