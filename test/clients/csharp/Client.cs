// Contracts A, B and C with .NET's HttpClient: MultipartFormDataContent quotes the boundary, leaves names unquoted and adds filename*.
using System;
using System.Collections.Generic;
using System.IO;
using System.Net;
using System.Net.Http;
using System.Net.Http.Headers;
using System.Runtime.InteropServices;
using System.Text;
using System.Threading.Tasks;
using Newtonsoft.Json;

static class Client {
  const string Recognizer = "/api/v3.2/biometrics/recognizer", Liveness = "/api/v3/biometrics/liveness/", Token = "/realms/triface/protocol/openid-connect/token", Sdk = "/face-liveness-sdk/v1";
  static readonly JsonSerializerSettings strict = new JsonSerializerSettings { MissingMemberHandling = MissingMemberHandling.Error };
  static readonly HttpClient http = new HttpClient();
  static readonly string citizen = "cs-" + Guid.NewGuid();
  static string host = Env("BASE");
  static AuthenticationHeaderValue bearer;

  static string Env(string name) { return Environment.GetEnvironmentVariable(name); }

  static void Attempt(string name, Func<Task> operation) {
    try {
      operation().Wait();
      Console.WriteLine("ok " + name);
    } catch (Exception e) {
      var why = e is AggregateException ? e.InnerException : e;
      Console.WriteLine("not ok " + name + ": " + why.GetType().Name + " " + why.Message.Replace('\n', ' '));
    }
  }

  static void Check(bool condition, string what) { if (!condition) throw new Exception(what); }

  static async Task<string> Send(string method, string path, HttpContent content = null, HttpStatusCode status = HttpStatusCode.OK, HttpClient client = null) {
    var request = new HttpRequestMessage(new HttpMethod(method), host + path) { Content = content };
    if (path != Token) request.Headers.Authorization = bearer;
    var answer = await (client ?? http).SendAsync(request);
    var text = await answer.Content.ReadAsStringAsync();
    Check(answer.StatusCode == status, method + " " + path + ": " + (int) answer.StatusCode + " " + text);
    return text;
  }
  static T Read<T>(string text) { return JsonConvert.DeserializeObject<T>(text, strict); }
  static T ReadAny<T>(string text) { return JsonConvert.DeserializeObject<T>(text); }

  static HttpContent Form(params string[] pairs) {
    var values = new Dictionary<string, string>();
    for (var i = 0; i < pairs.Length; i += 2) values[pairs[i]] = pairs[i + 1];
    return new FormUrlEncodedContent(values);
  }
  static HttpContent Json(object value) { return new StringContent(JsonConvert.SerializeObject(value), Encoding.UTF8, "application/json"); }
  static HttpContent Picture(string variable) { return new ByteArrayContent(File.ReadAllBytes(Env(variable))); }
  static MultipartFormDataContent Upload(string field, string variable, params string[] pairs) {
    var content = new MultipartFormDataContent();
    for (var i = 0; i < pairs.Length; i += 2) content.Add(new StringContent(pairs[i + 1]), pairs[i]);
    content.Add(Picture(variable), field, "señal.jpg");
    return content;
  }

  /// <summary>Ends the process at once: Mono's runtime may abort when it ends its threads (mono/mono issue 10832).</summary>
  [DllImport("libc")]
  static extern void _exit(int code);

  static void Main() {
    ContractA();
    bearer = null;
    Attempt("HttpClient B verdict", () => FaceVerdict("bbbf9002", "ACCOUNT", "PASSWORD"));
    Attempt("HttpClient B sessionId null", () => FaceVerdict(null, "ACCOUNT", "PASSWORD"));
    Attempt("HttpClient B non-ASCII credentials", () => FaceVerdict("s", "LATIN_ACCOUNT", "LATIN_PASSWORD"));
    ContractC();
    host = Env("DOCUMENTED");
    Attempt("C documented fields", async () => {
      await LogIn("triface", null);
      var scan = Read<Checked>(await Send("POST", Sdk + "/check_liveness", Upload("file", "SELFIE", "channel", "WEB", "reference", "r")));
      Read<Scan>(await Send("GET", Sdk + "/face-liveness/" + scan.id));
    });
    Console.Out.Flush();
    _exit(0);
  }

  static void ContractA() {
    Tokens tokens = null;
    Person person = null;
    Func<string> path = () => Recognizer + "/persons/" + person.id + "/";
    Attempt("HttpClient A token", async () => {
      tokens = Read<Tokens>(await Send("POST", "/api/token/", Form("username", Env("ACCOUNT"), "password", Env("PASSWORD"))));
      bearer = new AuthenticationHeaderValue("Bearer", tokens.access);
    });
    Attempt("HttpClient A refresh", async () => Check(Read<Tokens>(await Send("POST", "/api/token/refresh/", Form("refresh", tokens.refresh))).access != null, "access"));
    Attempt("HttpClient A liveness", async () => {
      var answer = Read<Verdict>(await Send("POST", Liveness, Upload("selfie", "SELFIE", "details", true.ToString(), "return_id", "True")));
      Check(answer.valid && answer.id > 0 && answer.api_response.score > 0, "verdict");
    });
    Attempt("HttpClient A attack", async () => Check(Read<Verdict>(await Send("POST", Liveness, Upload("selfie", "REPLAY", "details", "true"))).error_code == 715, "error_code"));
    Attempt("HttpClient A bytes without a filename", async () => Check(Read<Verdict>(await Send("POST", Liveness, new MultipartFormDataContent { { Picture("SELFIE"), "selfie" } })).valid, "valid"));
    Attempt("HttpClient A create person", async () => {
      person = Read<Person>(await Send("POST", Recognizer + "/persons/", Upload("image", "SELFIE", "citizen_id", citizen, "name", "José Ñandú"), HttpStatusCode.Created));
      Check(person.name == "José Ñandú", person.name);
    });
    Attempt("HttpClient A list persons", async () => Check(Read<Persons>(await Send("GET", Recognizer + "/persons/?page=1")).count > 0, "count"));
    Attempt("HttpClient A get person", async () => Check(Read<Person>(await Send("GET", path())).citizen_id == citizen, "citizen_id"));
    Attempt("HttpClient A patch person", async () => {
      Check(Read<Person>(await Send("PATCH", path(), Form("name", "Zoë"))).name == "Zoë", "name of a form");
      Check(!Read<Person>(await Send("PATCH", path(), Json(new { is_blocked = false }))).is_blocked, "is_blocked of JSON");
    });
    Attempt("HttpClient A face", async () => Check(Read<Recognised>(await Send("POST", Recognizer + "/face/", Upload("image", "SELFIE", "citizen_id", citizen))).result, "result"));
    Func<string, Task<bool>> nationals = async who => ReadAny<National>(await Send("POST", "/api/v3/biometrics/nationals/", Upload("selfie", who, "citizen_id", citizen))).valid;
    Attempt("HttpClient A nationals", async () => Check(await nationals("SELFIE"), "refused"));
    Attempt("HttpClient A nationals with the face of another person", async () => Check(!await nationals("OTHER"), "accepted"));
    Attempt("HttpClient A delete person, with a JSON type and no body", async () => {
      var empty = new ByteArrayContent(new byte[0]);
      empty.Headers.ContentType = new MediaTypeHeaderValue("application/json");
      Read<Person>(await Send("DELETE", path(), empty));
    });
  }

  /// <summary>The credentials are sent after the server's challenge.</summary>
  static async Task FaceVerdict(string session, string user, string password) {
    var picture = Convert.ToBase64String(File.ReadAllBytes(Env("SELFIE")), Base64FormattingOptions.InsertLineBreaks);
    var client = new HttpClient(new HttpClientHandler { Credentials = new NetworkCredential(Env(user), Env(password)) });
    var answer = Read<FaceLiveness>(await Send("POST", "/api/v1/face/liveness", Json(new { sessionId = session, faceImageBase = picture }), HttpStatusCode.OK, client));
    Check(answer.score > 0.5 && answer.sessionId == session, answer.sessionId);
  }

  static async Task<Grant> LogIn(string client, string secret) {
    var pairs = new List<string> { "grant_type", "password", "client_id", client, "username", Env("ACCOUNT"), "password", Env("PASSWORD") };
    if (secret != null) pairs.AddRange(new[] { "client_secret", secret });
    var grant = ReadAny<Grant>(await Send("POST", Token, Form(pairs.ToArray())));
    bearer = new AuthenticationHeaderValue("Bearer", grant.access_token);
    return grant;
  }

  static void ContractC() {
    Grant grant = null;
    Scan scan = null;
    Func<string> path = () => Sdk + "/face-liveness/" + scan.id;
    Attempt("HttpClient C password grant", async () => grant = await LogIn(Env("CLIENT"), Env("SECRET")));
    Attempt("HttpClient C refresh", async () => await Send("POST", Token, Form("grant_type", "refresh_token", "refresh_token", grant.refresh_token, "client_id", Env("CLIENT"), "client_secret", Env("SECRET"))));
    Attempt("HttpClient C check_liveness", async () => {
      var answer = ReadAny<Checked>(await Send("POST", Sdk + "/check_liveness", Upload("file", "SELFIE", "channel", "WEB", "reference", "señal/4711")));
      scan = answer;
      Check(answer.result == "Real" && answer.faces[0].landmarks_68.Length == 136, answer.result);
    });
    Attempt("HttpClient C get", async () => {
      var read = ReadAny<Scan>(await Send("GET", path()));
      Check(read.createdDate == scan.createdDate, "createdDate");
    });
    Attempt("HttpClient C list", async () => {
      var page = ReadAny<Page>(await Send("GET", Sdk + "/face-liveness?page=0&size=2&sort=createdDate,desc"));
      Check(page.content[0].id == scan.id && page.page.totalElements == page.totalElements, "page");
    });
    Func<Scan, string, Task> put = async (entity, result) => {
      entity.result = result;
      var after = ReadAny<Scan>(await Send("PUT", path(), Json(entity)));
      Check(after.result == result && after.id == scan.id, after.result);
    };
    Attempt("HttpClient C put as read", async () => await put(ReadAny<Scan>(await Send("GET", path())), "Spoof"));
    Attempt("HttpClient C put with nulls", async () => await put(new Scan(), "Real"));
    Attempt("HttpClient C export", async () => Check((await Send("GET", Sdk + "/face-liveness/export?format=csv")).Contains(scan.id.ToString()), "id"));
    Attempt("HttpClient C compare_face", async () => {
      var content = Upload("file1", "SELFIE", "channel", "WEB", "reference", "r");
      content.Add(Picture("SELFIE"), "file2", "2.jpg");
      await Send("POST", "/face-recognition-sdk/v1/compare_face", content);
    });
  }
}
