import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.nio.file.Files;
import java.nio.file.Paths;
import java.util.Base64;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.UUID;

/** Contracts A, B and C with four libraries of Java; Jackson reads the answers into the classes of Models. */
public class Client {
  static final String RECOGNIZER = "/api/v3.2/biometrics/recognizer", LIVENESS = "/api/v3/biometrics/liveness/",
    TOKEN = "/realms/triface/protocol/openid-connect/token", SDK = "/face-liveness-sdk/v1";
  static final ObjectMapper json = new ObjectMapper().configure(DeserializationFeature.ACCEPT_FLOAT_AS_INT, false);

  interface Operation { void run() throws Exception; }

  static void attempt(String name, Operation operation) {
    try {
      operation.run();
      System.out.println("ok " + name);
    } catch (Throwable error) {
      System.out.println("not ok " + name + ": " + error.toString().replace('\n', ' '));
    }
  }

  static void check(boolean condition, Object what) {
    if (!condition) throw new IllegalStateException(String.valueOf(what));
  }

  final String name, base;
  final Library library;
  final String citizen = "8-" + UUID.randomUUID();
  String authorization, refresh;
  Models.Person person;
  Models.Scan scan;

  Client(String name, Library library, String base) { this.name = name; this.library = library; this.base = base; }

  Ask ask(String method, String path, String... form) {
    Ask ask = new Ask(method, base + path);
    if (authorization != null && !path.equals(TOKEN)) ask.headers.put("Authorization", authorization);
    for (int i = 0; i < form.length; i += 2) ask.form.put(form[i], form[i + 1]);
    return ask;
  }

  Ask withFile(Ask ask, String field, String variable, String filename) throws Exception {
    ask.files.put(field, new Picture(Files.readAllBytes(Paths.get(System.getenv(variable))), filename));
    return ask;
  }

  Ask withJson(Ask ask, Object value) throws Exception { ask.json = json.writeValueAsString(value); return ask; }

  <T> T send(Class<T> type, int status, Ask ask) throws Exception {
    Answer answer = library.send(ask);
    check(answer.status == status, ask.method + " " + ask.url + ": " + answer.status + " " + answer.text);
    return type == String.class ? type.cast(answer.text) : json.readValue(answer.text, type);
  }

  void run() {
    attempt(name + " A token", () -> {
      Models.Tokens tokens = send(Models.Tokens.class, 200, ask("POST", "/api/token/", "username", System.getenv("ACCOUNT"), "password", System.getenv("PASSWORD")));
      refresh = tokens.refresh;
      authorization = "Bearer " + tokens.access;
    });
    attempt(name + " A refresh", () -> send(Models.Tokens.class, 200, ask("POST", "/api/token/refresh/", "refresh", refresh)));
    attempt(name + " A liveness", () -> check(send(Models.Verdict.class, 200, withFile(ask("POST", LIVENESS, "details", "True", "return_id", "true"), "selfie", "SELFIE", "photo.jpg")).api_response.score > 0, "score"));
    attempt(name + " A attack", () -> check(send(Models.Verdict.class, 200, withFile(ask("POST", LIVENESS, "details", "true"), "selfie", "REPLAY", "photo.jpg")).error_code == 715, "error_code"));
    attempt(name + " A bytes without a filename", () -> check(send(Models.Verdict.class, 200, withFile(ask("POST", LIVENESS), "selfie", "SELFIE", null)).valid, "valid"));
    attempt(name + " A create person", () -> {
      person = send(Models.Person.class, 201, withFile(ask("POST", RECOGNIZER + "/persons/", "citizen_id", citizen, "name", "José Ñandú"), "image", "SELFIE", "photo.jpg"));
      check(person.name.equals("José Ñandú"), person.name);
    });
    attempt(name + " A list persons", () -> check(send(Models.Persons.class, 200, ask("GET", RECOGNIZER + "/persons/?page=1")).count > 0, "count"));
    attempt(name + " A get person", () -> check(send(Models.Person.class, 200, ask("GET", path())).citizen_id.equals(citizen), "citizen_id"));
    attempt(name + " A patch person", () -> {
      check(send(Models.Person.class, 200, ask("PATCH", path(), "name", "Zoë")).name.equals("Zoë"), "name of a form");
      check(!send(Models.Person.class, 200, withJson(ask("PATCH", path()), Map.of("is_blocked", false))).is_blocked, "is_blocked of JSON");
    });
    attempt(name + " A face", () -> check(send(Models.Recognised.class, 200, withFile(ask("POST", RECOGNIZER + "/face/", "citizen_id", citizen), "image", "SELFIE", "photo.jpg")).result, "result"));
    attempt(name + " A nationals", () -> check(nationals("SELFIE").valid, "refused"));
    attempt(name + " A nationals with the face of another person", () -> check(!nationals("OTHER").valid, "accepted"));
    attempt(name + " A delete person, with a JSON type and no body", () -> {
      Ask ask = ask("DELETE", path());
      ask.headers.put("Content-Type", "application/json");
      send(Models.Person.class, 200, ask);
    });
    authorization = null;
    attempt(name + " B verdict", () -> verdict("bbbf9002", "ACCOUNT", "PASSWORD"));
    attempt(name + " B sessionId null", () -> verdict(null, "ACCOUNT", "PASSWORD"));
    attempt(name + " B non-ASCII credentials", () -> verdict("s", "LATIN_ACCOUNT", "LATIN_PASSWORD"));
    attempt(name + " C password grant", () -> logIn(System.getenv("CLIENT"), System.getenv("SECRET")));
    attempt(name + " C refresh", () -> send(Models.Grant.class, 200, ask("POST", TOKEN, "grant_type", "refresh_token", "refresh_token", refresh, "client_id", System.getenv("CLIENT"), "client_secret", System.getenv("SECRET"))));
    attempt(name + " C check_liveness", () -> {
      String answer = checkLiveness();
      scan = json.readValue(answer, Models.Scan.class);
      check(json.readValue(answer, Models.Checked.class).faces.get(0).landmarks_68.length == 136, answer);
    });
    attempt(name + " C get", () -> check(send(Models.Scan.class, 200, ask("GET", entity())).createdDate.equals(scan.createdDate), "createdDate"));
    attempt(name + " C list", () -> {
      Models.Page page = send(Models.Page.class, 200, ask("GET", SDK + "/face-liveness?page=0&size=2&sort=createdDate,desc"));
      check(page.content.get(0).id.equals(scan.id) && page.page.totalElements == page.totalElements, "page");
    });
    attempt(name + " C put as read", () -> {
      Models.Scan read = send(Models.Scan.class, 200, ask("GET", entity()));
      read.result = "Spoof";
      check(send(Models.Scan.class, 200, withJson(ask("PUT", entity()), read)).result.equals("Spoof"), "result");
    });
    attempt(name + " C put with nulls", () -> {
      Models.Scan partial = new Models.Scan();
      partial.result = "Real";
      Models.Scan answer = send(Models.Scan.class, 200, withJson(ask("PUT", entity()), partial));
      check(answer.result.equals("Real") && answer.id.equals(scan.id), "result");
    });
    attempt(name + " C export", () -> check(send(String.class, 200, ask("GET", SDK + "/face-liveness/export?format=ndjson")).contains(scan.id.toString()), "id"));
    attempt(name + " C compare_face", () -> send(String.class, 200, withFile(withFile(ask("POST", "/face-recognition-sdk/v1/compare_face", "channel", "WEB", "reference", "r"), "file1", "SELFIE", "1.jpg"), "file2", "SELFIE", "2.jpg")));
  }

  String path() { return RECOGNIZER + "/persons/" + person.id + "/"; }
  String entity() { return SDK + "/face-liveness/" + scan.id; }

  Models.National nationals(String variable) throws Exception {
    return send(Models.National.class, 200, withFile(ask("POST", "/api/v3/biometrics/nationals/", "citizen_id", citizen), "selfie", variable, "photo.jpg"));
  }

  void verdict(String session, String user, String password) throws Exception {
    Map<String, String> body = new LinkedHashMap<>();
    body.put("sessionId", session);
    // with line breaks
    body.put("faceImageBase", Base64.getMimeEncoder().encodeToString(Files.readAllBytes(Paths.get(System.getenv("SELFIE")))));
    Ask ask = withJson(ask("POST", "/api/v1/face/liveness"), body);
    ask.user = System.getenv(user);
    ask.password = System.getenv(password);
    Models.FaceLiveness answer = send(Models.FaceLiveness.class, 200, ask);
    check(answer.score > 0.5 && String.valueOf(answer.sessionId).equals(String.valueOf(session)), answer.sessionId);
  }

  void logIn(String client, String secret) throws Exception {
    Ask ask = ask("POST", TOKEN, "grant_type", "password", "client_id", client, "username", System.getenv("ACCOUNT"), "password", System.getenv("PASSWORD"));
    if (secret != null) ask.form.put("client_secret", secret);
    Models.Grant grant = send(Models.Grant.class, 200, ask);
    refresh = grant.refresh_token;
    authorization = "Bearer " + grant.access_token;
  }

  String checkLiveness() throws Exception {
    return send(String.class, 200, withFile(ask("POST", SDK + "/check_liveness", "channel", "WEB", "reference", "señal/4711"), "file", "SELFIE", "photo.jpg"));
  }

  void readStrictly() throws Exception {
    logIn("triface", null);
    String answer = checkLiveness();
    check(json.readValue(answer, Models.DocumentedCheck.class).faces.size() == 1, answer);
    scan = json.readValue(answer, Models.Scan.class);
    send(Models.DocumentedScan.class, 200, ask("GET", entity()));
    check(!send(Models.DocumentedPage.class, 200, ask("GET", SDK + "/face-liveness")).content.isEmpty(), "content");
  }

  public static void main(String[] arguments) {
    String base = System.getenv("BASE");
    new Client("RestTemplate", new Spring(), base).run();
    new Client("HttpClient", new Apache(), base).run();
    new Client("OkHttp", new OkHttp(), base).run();
    new Client("java.net.http", new JavaNet(), base).run();
    attempt("C documented fields", () -> new Client("RestTemplate", new Spring(), System.getenv("DOCUMENTED")).readStrictly());
    System.exit(0);
  }
}
