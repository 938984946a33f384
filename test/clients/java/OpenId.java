import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.math.BigInteger;
import java.net.URI;
import java.net.URLDecoder;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.security.KeyFactory;
import java.security.MessageDigest;
import java.security.Signature;
import java.security.spec.RSAPublicKeySpec;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.UUID;
import org.springframework.core.io.FileSystemResource;
import org.springframework.http.HttpEntity;
import org.springframework.http.HttpHeaders;
import org.springframework.http.HttpMethod;
import org.springframework.http.MediaType;
import org.springframework.util.LinkedMultiValueMap;
import org.springframework.util.MultiValueMap;
import org.springframework.web.client.HttpStatusCodeException;
import org.springframework.web.client.RestTemplate;

/** Contract C's tokens with the requests of Spring Security, which Debian does not have: its defaults, sent by RestTemplate. */
public class OpenId {
  static final String ISSUER = System.getenv("BASE") + "/realms/triface", CLIENT = System.getenv("CLIENT"),
    SECRET = System.getenv("SECRET"), REDIRECT = System.getenv("REDIRECT");
  static final MediaType FORM = MediaType.parseMediaType("application/x-www-form-urlencoded;charset=UTF-8");
  static final ObjectMapper json = new ObjectMapper();
  static final RestTemplate http = new RestTemplate();

  interface Operation { void run() throws Exception; }

  static void attempt(String name, Operation operation) {
    try {
      operation.run();
      System.out.println("ok Spring style OpenID " + name);
    } catch (Throwable error) {
      String why = error instanceof HttpStatusCodeException ? ((HttpStatusCodeException) error).getResponseBodyAsString() : "";
      System.out.println("not ok Spring style OpenID " + name + ": " + (error + " " + why).replace('\n', ' '));
    }
  }

  static void check(boolean condition, Object what) {
    if (!condition) throw new IllegalStateException(String.valueOf(what));
  }

  static String encode(String text) throws Exception { return URLEncoder.encode(text, "UTF-8"); }
  static String base64(byte[] bytes) { return Base64.getUrlEncoder().withoutPadding().encodeToString(bytes); }
  static byte[] sha256(String text) throws Exception { return MessageDigest.getInstance("SHA-256").digest(text.getBytes(StandardCharsets.UTF_8)); }
  static byte[] decode(String text) { return Base64.getUrlDecoder().decode(text); }

  /** POST of a form; Basic with the client's form-encoded name and secret. */
  static JsonNode post(String url, String... pairs) throws Exception {
    HttpHeaders headers = new HttpHeaders();
    headers.setContentType(FORM);
    headers.add("Accept", "application/json;charset=UTF-8");
    String credentials = encode(CLIENT) + ":" + encode(SECRET);
    headers.add("Authorization", "Basic " + Base64.getEncoder().encodeToString(credentials.getBytes(StandardCharsets.UTF_8)));
    MultiValueMap<String, String> form = new LinkedMultiValueMap<>();
    for (int i = 0; i < pairs.length; i += 2) form.add(pairs[i], pairs[i + 1]);
    String text = http.postForObject(url, new HttpEntity<>(form, headers), String.class);
    return text == null ? json.createObjectNode() : json.readTree(text);
  }

  static JsonNode get(String url, String token, String accept) throws Exception {
    HttpHeaders headers = new HttpHeaders();
    headers.add("Accept", accept);
    if (token != null) headers.add("Authorization", "Bearer " + token);
    return json.readTree(http.exchange(url, HttpMethod.GET, new HttpEntity<>(headers), String.class).getBody());
  }

  JsonNode provider, tokens;
  String nonce;

  String endpoint(String name) { return provider.get(name + "_endpoint").asText(); }
  String access() { return tokens.get("access_token").asText(); }

  /** OAuth2LoginAuthenticationFilter: state of 32 bytes with padding, nonce as the hash of a random value; PKCE if `verifier` is given. */
  void logIn(String verifier, String... more) throws Exception {
    nonce = base64(sha256(UUID.randomUUID().toString()));
    String state = base64(sha256(UUID.randomUUID().toString())) + "=";
    StringBuilder url = new StringBuilder(endpoint("authorization") + "?response_type=code&client_id=" + encode(CLIENT)
      + "&scope=openid%20profile%20email&state=" + encode(state) + "&redirect_uri=" + REDIRECT + "&nonce=" + nonce);
    if (verifier != null) url.append("&code_challenge=" + base64(sha256(verifier)) + "&code_challenge_method=S256");
    for (String each : more) url.append("&").append(each);
    String back = http.getForObject(URI.create(System.getenv("BROWSER") + encode(url.toString())), String.class);
    String code = null;
    List<String> seen = new ArrayList<>();
    for (String each : URI.create(back).getRawQuery().split("&")) {
      String[] pair = each.split("=", 2);
      if (pair[0].equals("code")) code = URLDecoder.decode(pair[1], "UTF-8");
      if (pair[0].equals("state")) seen.add(URLDecoder.decode(pair[1], "UTF-8"));
    }
    check(code != null && seen.contains(state), back);
    List<String> form = new ArrayList<>(List.of("grant_type", "authorization_code", "code", code, "redirect_uri", REDIRECT));
    if (verifier != null) form.addAll(List.of("code_verifier", verifier));
    tokens = post(endpoint("token"), form.toArray(new String[0]));
  }

  /** As NimbusJwtDecoder and OidcIdTokenValidator do. */
  JsonNode verify(String token) throws Exception {
    String[] parts = token.split("\\.");
    JsonNode head = json.readTree(decode(parts[0]));
    for (JsonNode key : get(provider.get("jwks_uri").asText(), null, "application/json, application/jwk-set+json").get("keys")) {
      if (!key.get("kid").equals(head.get("kid"))) continue;
      check(head.get("alg").asText().equals("RS256") && key.get("use").asText().equals("sig"), key);
      Signature signature = Signature.getInstance("SHA256withRSA");
      BigInteger modulus = new BigInteger(1, decode(key.get("n").asText())), exponent = new BigInteger(1, decode(key.get("e").asText()));
      signature.initVerify(KeyFactory.getInstance("RSA").generatePublic(new RSAPublicKeySpec(modulus, exponent)));
      signature.update((parts[0] + "." + parts[1]).getBytes(StandardCharsets.US_ASCII));
      check(signature.verify(decode(parts[2])), "the signature is wrong");
      JsonNode claims = json.readTree(decode(parts[1]));
      check(claims.get("iss").asText().equals(ISSUER), claims);
      check(Instant.ofEpochSecond(claims.get("exp").asLong()).isAfter(Instant.now()), claims);
      return claims;
    }
    throw new IllegalStateException("no key " + head);
  }

  static void checkLiveness(String token) throws Exception {
    HttpHeaders headers = new HttpHeaders();
    headers.add("Authorization", "Bearer " + token);
    headers.setContentType(MediaType.MULTIPART_FORM_DATA);
    MultiValueMap<String, Object> form = new LinkedMultiValueMap<>();
    form.add("channel", "WEB");
    form.add("reference", "contract-4711");
    form.add("file", new FileSystemResource(System.getenv("SELFIE")));
    String text = http.postForObject(System.getenv("BASE") + "/face-liveness-sdk/v1/check_liveness", new HttpEntity<>(form, headers), String.class);
    check(json.readTree(text).get("result").asText().equals("Real"), text);
  }

  void run() {
    attempt("discovery", () -> {
      provider = get(ISSUER + "/.well-known/openid-configuration", null, "application/json");
      check(provider.get("issuer").asText().equals(ISSUER), provider);
    });
    attempt("code with PKCE", () -> logIn("a-verifier-of-forty-three-characters-or-more", "prompt=login"));
    attempt("code without PKCE", () -> logIn(null));
    attempt("ID token, verified", () -> {
      JsonNode claims = verify(tokens.get("id_token").asText());
      check(claims.get("nonce").asText().equals(nonce) && claims.get("azp").asText().equals(CLIENT), claims);
      check(verify(access()).get("typ").asText().equals("Bearer"), "the access token");
    });
    attempt("userinfo", () -> check(get(endpoint("userinfo"), access(), "application/json").get("preferred_username").asText().equals(System.getenv("ACCOUNT")), "another user"));
    attempt("refresh", () -> tokens = post(endpoint("token"), "grant_type", "refresh_token", "refresh_token", tokens.get("refresh_token").asText()));
    attempt("refresh with the scope shown", () -> tokens = post(endpoint("token"), "grant_type", "refresh_token", "refresh_token", tokens.get("refresh_token").asText(), "scope", tokens.get("scope").asText()));
    attempt("password", () -> checkLiveness(post(endpoint("token"), "grant_type", "password", "username", System.getenv("ACCOUNT"), "password", System.getenv("PASSWORD"), "scope", "openid").get("access_token").asText()));
    attempt("client credentials", () -> checkLiveness(post(endpoint("token"), "grant_type", "client_credentials").get("access_token").asText()));
    attempt("introspection", () -> check(post(endpoint("introspection"), "token", access()).get("active").asBoolean(), "not active"));
    attempt("check_liveness", () -> checkLiveness(access()));
    attempt("revocation", () -> {
      post(endpoint("revocation"), "token", access(), "token_type_hint", "access_token");
      check(!post(endpoint("introspection"), "token", access()).get("active").asBoolean(), "still active");
    });
  }

  public static void main(String[] words) {
    System.out.println("# Spring " + RestTemplate.class.getPackage().getImplementationVersion() + ", Java " + System.getProperty("java.version"));
    new OpenId().run();
  }
}
