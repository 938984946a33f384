import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.net.Authenticator;
import java.net.PasswordAuthentication;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import okhttp3.Credentials;
import okhttp3.FormBody;
import okhttp3.MultipartBody;
import okhttp3.OkHttpClient;
import okhttp3.RequestBody;
import org.apache.http.HttpEntity;
import org.apache.http.auth.AuthSchemeProvider;
import org.apache.http.auth.AuthScope;
import org.apache.http.auth.UsernamePasswordCredentials;
import org.apache.http.client.entity.UrlEncodedFormEntity;
import org.apache.http.client.methods.CloseableHttpResponse;
import org.apache.http.client.methods.RequestBuilder;
import org.apache.http.config.Registry;
import org.apache.http.config.RegistryBuilder;
import org.apache.http.entity.ContentType;
import org.apache.http.entity.StringEntity;
import org.apache.http.entity.mime.HttpMultipartMode;
import org.apache.http.entity.mime.MultipartEntityBuilder;
import org.apache.http.impl.auth.BasicSchemeFactory;
import org.apache.http.impl.client.BasicCredentialsProvider;
import org.apache.http.impl.client.CloseableHttpClient;
import org.apache.http.impl.client.HttpClients;
import org.apache.http.message.BasicNameValuePair;
import org.apache.http.util.EntityUtils;
import org.springframework.core.io.ByteArrayResource;
import org.springframework.http.HttpHeaders;
import org.springframework.http.HttpMethod;
import org.springframework.http.MediaType;
import org.springframework.http.ResponseEntity;
import org.springframework.http.client.HttpComponentsClientHttpRequestFactory;
import org.springframework.http.client.support.BasicAuthorizationInterceptor;
import org.springframework.util.LinkedMultiValueMap;
import org.springframework.util.MultiValueMap;
import org.springframework.web.client.DefaultResponseErrorHandler;
import org.springframework.web.client.RestTemplate;

/** One request, independent of the library that makes it. */
class Ask {
  final String method, url;
  final Map<String, String> headers = new LinkedHashMap<>(), form = new LinkedHashMap<>();
  final Map<String, Picture> files = new LinkedHashMap<>();
  String json, user, password;
  Ask(String method, String url) { this.method = method; this.url = url; }
}

class Picture {
  final byte[] bytes; final String filename;
  Picture(byte[] bytes, String filename) { this.bytes = bytes; this.filename = filename; }
}

class Answer {
  final int status; final String text;
  Answer(int status, String text) { this.status = status; this.text = text; }
}

interface Library { Answer send(Ask ask) throws Exception; }

class Spring implements Library {
  public Answer send(Ask ask) {
    // Java's own connections have no PATCH
    RestTemplate template = new RestTemplate(new HttpComponentsClientHttpRequestFactory());
    template.setErrorHandler(new DefaultResponseErrorHandler() {
      @Override protected boolean hasError(org.springframework.http.HttpStatus status) { return false; }
    });
    if (ask.user != null) template.getInterceptors().add(new BasicAuthorizationInterceptor(ask.user, ask.password));
    HttpHeaders headers = new HttpHeaders();
    ask.headers.forEach(headers::set);
    MultiValueMap<String, Object> map = new LinkedMultiValueMap<>();
    ask.form.forEach(map::add);
    ask.files.forEach((name, file) -> map.add(name, new ByteArrayResource(file.bytes) {
      @Override public String getFilename() { return file.filename; }
    }));
    if (!ask.files.isEmpty()) headers.setContentType(MediaType.MULTIPART_FORM_DATA);
    else if (!ask.form.isEmpty()) headers.setContentType(MediaType.APPLICATION_FORM_URLENCODED);
    else if (ask.json != null) headers.setContentType(MediaType.APPLICATION_JSON);
    Object body = ask.json != null ? ask.json.getBytes(StandardCharsets.UTF_8) : map.isEmpty() ? null : map;
    ResponseEntity<byte[]> answer = template.exchange(
      URI.create(ask.url), HttpMethod.valueOf(ask.method), new org.springframework.http.HttpEntity<>(body, headers), byte[].class);
    return new Answer(answer.getStatusCodeValue(), new String(answer.getBody(), StandardCharsets.UTF_8));
  }
}

class Apache implements Library {
  /** BROWSER_COMPATIBLE, which many examples choose, writes neither a type nor a file name unless there is one. */
  static HttpEntity entity(Ask ask) {
    if (ask.json != null) return new StringEntity(ask.json, ContentType.APPLICATION_JSON);
    if (ask.files.isEmpty()) {
      List<BasicNameValuePair> pairs = new ArrayList<>();
      ask.form.forEach((name, value) -> pairs.add(new BasicNameValuePair(name, value)));
      return pairs.isEmpty() ? null : new UrlEncodedFormEntity(pairs, StandardCharsets.UTF_8);
    }
    MultipartEntityBuilder builder = MultipartEntityBuilder.create().setMode(HttpMultipartMode.BROWSER_COMPATIBLE);
    ask.form.forEach((name, value) -> builder.addTextBody(name, value, ContentType.create("text/plain", StandardCharsets.UTF_8)));
    ask.files.forEach((name, file) -> builder.addBinaryBody(name, file.bytes, ContentType.IMAGE_JPEG, file.filename));
    return builder.build();
  }

  public Answer send(Ask ask) throws IOException {
    BasicCredentialsProvider credentials = new BasicCredentialsProvider();
    // sent after the server's challenge
    if (ask.user != null) credentials.setCredentials(AuthScope.ANY, new UsernamePasswordCredentials(ask.user, ask.password));
    RequestBuilder request = RequestBuilder.create(ask.method).setUri(ask.url);
    ask.headers.forEach(request::setHeader);
    request.setEntity(entity(ask));
    // The default is ASCII, with ? for other letters
    Registry<AuthSchemeProvider> schemes = RegistryBuilder.<AuthSchemeProvider>create()
      .register("basic", new BasicSchemeFactory(StandardCharsets.UTF_8)).build();
    try (CloseableHttpClient client = HttpClients.custom().setDefaultCredentialsProvider(credentials).setDefaultAuthSchemeRegistry(schemes).build();
         CloseableHttpResponse answer = client.execute(request.build())) {
      return new Answer(answer.getStatusLine().getStatusCode(), EntityUtils.toString(answer.getEntity(), StandardCharsets.UTF_8));
    }
  }
}

class OkHttp implements Library {
  final OkHttpClient client = new OkHttpClient();

  public Answer send(Ask ask) throws IOException {
    RequestBody body = null;
    if (ask.json != null) body = RequestBody.create(okhttp3.MediaType.parse("application/json"), ask.json.getBytes(StandardCharsets.UTF_8));
    else if (!ask.files.isEmpty()) {
      MultipartBody.Builder builder = new MultipartBody.Builder().setType(MultipartBody.FORM);
      ask.form.forEach(builder::addFormDataPart);
      ask.files.forEach((name, file) -> builder.addFormDataPart(name, file.filename, RequestBody.create(okhttp3.MediaType.parse("image/jpeg"), file.bytes)));
      body = builder.build();
    } else if (!ask.form.isEmpty()) {
      FormBody.Builder builder = new FormBody.Builder();
      ask.form.forEach(builder::add);
      body = builder.build();
    }
    okhttp3.Request.Builder request = new okhttp3.Request.Builder().url(ask.url).method(ask.method, body);
    ask.headers.forEach(request::header);
    // ISO-8859-1 unless a charset is given
    if (ask.user != null) request.header("Authorization", Credentials.basic(ask.user, ask.password));
    try (okhttp3.Response answer = client.newCall(request.build()).execute()) {
      return new Answer(answer.code(), answer.body().string());
    }
  }
}

/** java.net.http, which has no forms of its own: httpmime writes them. */
class JavaNet implements Library {
  public Answer send(Ask ask) throws Exception {
    HttpClient.Builder client = HttpClient.newBuilder();
    if (ask.user != null) client.authenticator(new Authenticator() {
      @Override protected PasswordAuthentication getPasswordAuthentication() {
        return new PasswordAuthentication(ask.user, ask.password.toCharArray());
      }
    });
    java.net.http.HttpRequest.Builder request = java.net.http.HttpRequest.newBuilder(URI.create(ask.url));
    ask.headers.forEach(request::header);
    HttpEntity entity = Apache.entity(ask);
    if (entity == null) request.method(ask.method, BodyPublishers.noBody());
    else {
      ByteArrayOutputStream bytes = new ByteArrayOutputStream();
      entity.writeTo(bytes);
      request.header("Content-Type", entity.getContentType().getValue()).method(ask.method, BodyPublishers.ofByteArray(bytes.toByteArray()));
    }
    java.net.http.HttpResponse<String> answer = client.build().send(request.build(), BodyHandlers.ofString(StandardCharsets.UTF_8));
    return new Answer(answer.statusCode(), answer.body());
  }
}
