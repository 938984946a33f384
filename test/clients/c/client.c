// Contracts A, B and C with libcurl's mime interface, as an integrator in C or C++ writes them. Answers are searched as text.
#include <curl/curl.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define RECOGNIZER "/api/v3.2/biometrics/recognizer"
#define LIVENESS "/api/v3/biometrics/liveness/"
#define TOKEN "/realms/triface/protocol/openid-connect/token"
#define SDK "/face-liveness-sdk/v1"

struct text { char *data; size_t size; };
struct file { const char *field, *variable, *filename, *encoder; };

static CURL *curl;
static struct text answer;
static char authorization[8000], path[300], id[100];

static size_t collect(char *bytes, size_t size, size_t count, void *to) {
  struct text *text = to;
  text->data = realloc(text->data, text->size + size * count + 1);
  memcpy(text->data + text->size, bytes, size * count);
  text->size += size * count;
  text->data[text->size] = 0;
  return size * count;
}

static char *format(const char *pattern, ...) {
  static char to[8][8000];
  static int next;
  char *text = to[next++ % 8];
  va_list values;
  va_start(values, pattern);
  vsnprintf(text, sizeof *to, pattern, values);
  va_end(values);
  return text;
}

static struct text read_picture(const char *variable) {
  FILE *file = fopen(getenv(variable), "rb");
  struct text bytes = {malloc(1 << 22), 0};
  bytes.size = fread(bytes.data, 1, 1 << 22, file);
  fclose(file);
  return bytes;
}

// The value of a string or number in the last answer.
static char *value(const char *name) {
  char *found = strstr(answer.data, format("\"%s\":", name));
  if (!found) return "";
  found += strlen(name) + 3 + (found[strlen(name) + 3] == '"');
  return format("%.*s", (int) strcspn(found, "\",}"), found);
}

// Sends the request that the options describe; headers other than Authorization in `type`. Prints the outcome.
static void attempt(const char *name, const char *method, const char *where, const char *type, long expected, const char *contains) {
  struct curl_slist *headers = NULL;
  long status = 0;
  if (*authorization && strcmp(where, TOKEN)) headers = curl_slist_append(headers, authorization);
  if (type) headers = curl_slist_append(headers, type);
  answer.size = 0;
  if (answer.data) *answer.data = 0;
  curl_easy_setopt(curl, CURLOPT_URL, format("%s%s", getenv("BASE"), where));
  curl_easy_setopt(curl, CURLOPT_HTTPHEADER, headers);
  curl_easy_setopt(curl, CURLOPT_CUSTOMREQUEST, method);
  curl_easy_setopt(curl, CURLOPT_WRITEFUNCTION, collect);
  curl_easy_setopt(curl, CURLOPT_WRITEDATA, &answer);
  CURLcode code = curl_easy_perform(curl);
  curl_easy_getinfo(curl, CURLINFO_RESPONSE_CODE, &status);
  if (code == CURLE_OK && status == expected && strstr(answer.data, contains)) printf("ok libcurl %s\n", name);
  else printf("not ok libcurl %s: %s %ld %.300s\n", name, curl_easy_strerror(code), status, answer.data ? answer.data : "");
  curl_slist_free_all(headers);
  curl_easy_reset(curl);
}

static void get(const char *name, const char *where, const char *contains) { attempt(name, "GET", where, NULL, 200, contains); }

static void send_text(const char *name, const char *method, const char *where, const char *type, const char *body, const char *contains) {
  curl_easy_setopt(curl, CURLOPT_POSTFIELDSIZE, (long) strlen(body));
  curl_easy_setopt(curl, CURLOPT_COPYPOSTFIELDS, body);
  attempt(name, method, where, type, 200, contains);
}

// fields: names and values in turn, ended by NULL. files: ended by a file without a field.
static void upload(const char *name, const char *where, const char **fields, const struct file *files, long expected, const char *contains) {
  curl_mime *mime = curl_mime_init(curl);
  for (; fields && *fields; fields += 2) {
    curl_mimepart *part = curl_mime_addpart(mime);
    curl_mime_name(part, fields[0]);
    curl_mime_data(part, fields[1], CURL_ZERO_TERMINATED);
  }
  for (; files->field; files++) {
    struct text bytes = read_picture(files->variable);
    curl_mimepart *part = curl_mime_addpart(mime);
    curl_mime_name(part, files->field);
    curl_mime_data(part, bytes.data, bytes.size);
    if (files->filename) curl_mime_filename(part, files->filename);
    if (files->encoder) curl_mime_encoder(part, files->encoder);
    free(bytes.data);
  }
  curl_easy_setopt(curl, CURLOPT_MIMEPOST, mime);
  attempt(name, "POST", where, NULL, expected, contains);
  curl_mime_free(mime);
}

static char *encode_base64(struct text bytes) {
  static const char letters[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
  char *to = malloc(bytes.size * 4 / 3 + 5), *end = to;
  for (size_t i = 0; i < bytes.size; i += 3) {
    unsigned left = bytes.size - i, bits = (unsigned char) bytes.data[i] << 16;
    if (left > 1) bits |= (unsigned char) bytes.data[i + 1] << 8;
    if (left > 2) bits |= (unsigned char) bytes.data[i + 2];
    for (int shift = 18, n = 0; n < 4; shift -= 6, n++) *end++ = (unsigned) n > left ? '=' : letters[bits >> shift & 63];
  }
  *end = 0;
  return to;
}

static void verdict(const char *name, const char *session, const char *user, const char *password) {
  struct text bytes = read_picture("SELFIE");
  char *picture = encode_base64(bytes), *body = malloc(strlen(picture) + 100);
  sprintf(body, "{\"sessionId\":%s,\"faceImageBase\":\"%s\"}", session, picture);
  curl_easy_setopt(curl, CURLOPT_USERPWD, format("%s:%s", getenv(user), getenv(password)));
  send_text(name, "POST", "/api/v1/face/liveness", "Content-Type: application/json", body, format("\"sessionId\":%s,\"score\":0.9", session));
  free(body);
  free(picture);
  free(bytes.data);
}

static const struct file selfie[] = {{"selfie", "SELFIE", "photo.jpg"}, {NULL}}, image[] = {{"image", "SELFIE", "photo.jpg"}, {NULL}};

static void contract_a(void) {
  char citizen[50];
  snprintf(citizen, sizeof citizen, "c-%ld", (long) getpid());
  const char *flags[] = {"details", "true", "return_id", "1", NULL}, *who[] = {"citizen_id", citizen, NULL};
  send_text("A token", "POST", "/api/token/", NULL, format("username=%s&password=%s", getenv("ACCOUNT"), curl_easy_escape(curl, getenv("PASSWORD"), 0)), "\"refresh\"");
  char *refresh = strdup(value("refresh"));
  snprintf(authorization, sizeof authorization, "Authorization: Bearer %s", value("access"));
  send_text("A refresh", "POST", "/api/token/refresh/", NULL, format("refresh=%s", refresh), "\"access\"");
  upload("A liveness", LIVENESS, flags, selfie, 200, "\"valid\":true,\"api_response\"");
  upload("A attack", LIVENESS, flags, (struct file[]) {{"selfie", "REPLAY", "photo.jpg"}, {NULL}}, 200, "\"error_code\":715");
  upload("A bytes without a filename", LIVENESS, NULL, (struct file[]) {{"selfie", "SELFIE"}, {NULL}}, 200, "\"valid\":true");
  upload("A base64 transfer encoding", LIVENESS, NULL, (struct file[]) {{"selfie", "SELFIE", "photo.jpg", "base64"}, {NULL}}, 200, "\"valid\":true");
  upload("A create person", RECOGNIZER "/persons/", (const char *[]) {"citizen_id", citizen, "name", "José Ñandú", NULL}, image, 201, "José Ñandú");
  snprintf(path, sizeof path, RECOGNIZER "/persons/%s/", value("id"));
  get("A list persons", RECOGNIZER "/persons/?page=1", "\"count\":");
  get("A get person", path, citizen);
  send_text("A patch person", "PATCH", path, NULL, "name=Zo%C3%AB&is_blocked=False", "Zoë");
  upload("A face", RECOGNIZER "/face/", who, image, 200, "\"result\":true");
  upload("A nationals", "/api/v3/biometrics/nationals/", who, selfie, 200, "\"valid\":true");
  upload("A nationals with the face of another person", "/api/v3/biometrics/nationals/", who, (struct file[]) {{"selfie", "OTHER", "photo.jpg"}, {NULL}}, 200, "\"valid\":false");
  attempt("A delete person, with a JSON type and no body", "DELETE", path, "Content-Type: application/json", 200, citizen);
  *authorization = 0;
}

static void contract_c(void) {
  const char *client = format("client_id=%s&client_secret=%s", getenv("CLIENT"), getenv("SECRET"));
  const char *fields[] = {"channel", "WEB", "reference", "señal/4711", NULL};
  send_text("C password grant", "POST", TOKEN, NULL, format("%s&grant_type=password&username=%s&password=%s", client, getenv("ACCOUNT"), curl_easy_escape(curl, getenv("PASSWORD"), 0)), "\"access_token\"");
  snprintf(authorization, sizeof authorization, "Authorization: Bearer %s", value("access_token"));
  send_text("C refresh", "POST", TOKEN, NULL, format("client_id=%s&client_secret=%s&grant_type=refresh_token&refresh_token=%s", getenv("CLIENT"), getenv("SECRET"), value("refresh_token")), "\"access_token\"");
  upload("C check_liveness", SDK "/check_liveness", fields, (struct file[]) {{"file", "SELFIE", "photo.jpg"}, {NULL}}, 200, "\"result\":\"Real\"");
  snprintf(id, sizeof id, "%s", value("id"));
  snprintf(path, sizeof path, SDK "/face-liveness/%s", id);
  get("C list", SDK "/face-liveness?page=0&size=2&sort=createdDate,desc", "\"page\":{");
  get("C export", SDK "/face-liveness/export?format=csv", id);
  get("C get", path, "señal/4711");
  char *entity = strdup(answer.data);
  send_text("C put as read", "PUT", path, "Content-Type: application/json", entity, "\"result\":\"Real\"");
  free(entity);
  send_text("C put with nulls", "PUT", path, "Content-Type: application/json", "{\"id\":null,\"elapsedTime\":null,\"salesChannel\":null,\"eyeClosed\":null,\"result\":\"Spoof\"}", "\"result\":\"Spoof\"");
  const struct file pair[] = {{"file1", "SELFIE", "1.jpg"}, {"file2", "SELFIE", "2.jpg"}, {NULL}};
  upload("C compare_face", "/face-recognition-sdk/v1/compare_face", fields, pair, 200, "{");
}

int main(void) {
  curl = curl_easy_init();
  contract_a();
  verdict("B verdict", "\"bbbf9002\"", "ACCOUNT", "PASSWORD");
  verdict("B sessionId null", "null", "ACCOUNT", "PASSWORD");
  verdict("B non-ASCII credentials", "\"s\"", "LATIN_ACCOUNT", "LATIN_PASSWORD");
  contract_c();
  curl_easy_cleanup(curl);
  return 0;
}
