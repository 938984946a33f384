import com.fasterxml.jackson.annotation.JsonIgnoreProperties;
import java.util.Date;
import java.util.List;
import java.util.UUID;

/** The answers. Jackson refuses fields that a class does not have, except where contract C may add some. */
class Models {
  public static class Tokens { public String refresh, access; }
  public static class Scores { public double score, quality, liveness; }
  public static class Details { public String face_liveness; public Scores api_response; }
  public static class Verdict {
    public boolean valid; public Scores api_response; public Integer error_code; public String message; public Details error_details; public Long id;
  }
  public static class Person {
    public long id; public String citizen_id, name, image; public boolean is_blocked, agreed_terms; public Date created_at;
  }
  public static class Persons { public int count; public String next, previous; public List<Person> results; }
  public static class Recognised { public UUID id; public Date created_at; public boolean result; public String result_text, name, citizen_id; }
  public static class FaceLiveness { public String sessionId; public double score; public boolean hasError; }
  @JsonIgnoreProperties(ignoreUnknown = true)
  public static class Grant { public String access_token, refresh_token, token_type; public long expires_in; }

  /** The entity as the vendor's page documents it. */
  public static class DocumentedScan {
    public UUID id, companyId, createdById, updatedById;
    public Date createdDate, updatedDate;
    public Double elapsedTime, livenessScore;
    public String salesChannel, luminance, quality, result;
    public Boolean eyeClosed, mouthOpened, boundaryFace, notFront, occluded, small;
  }
  @JsonIgnoreProperties(ignoreUnknown = true)
  public static class Scan extends DocumentedScan { }
  public static class DocumentedFace {
    public int x1, y1, x2, y2;
    public float liveness, yaw, roll, pitch, face_quality, face_luminance, eye_dist, left_eye_closed, right_eye_closed, face_occlusion, mouth_opened;
    public float[] landmarks_68;
  }
  @JsonIgnoreProperties(ignoreUnknown = true)
  public static class Face extends DocumentedFace { }
  public static class DocumentedCheck extends DocumentedScan { public List<DocumentedFace> faces; }
  @JsonIgnoreProperties(ignoreUnknown = true)
  public static class Checked extends DocumentedScan { public List<Face> faces; }
  public static class PageMetadata { public int size, number, totalPages; public long totalElements; }
  @JsonIgnoreProperties(ignoreUnknown = true)
  public static class Page { public List<Scan> content; public long totalElements; public boolean first, last; public PageMetadata page; }
  @JsonIgnoreProperties(ignoreUnknown = true)
  public static class DocumentedPage { public List<DocumentedScan> content; }
  @JsonIgnoreProperties(ignoreUnknown = true)
  public static class National { public boolean valid; }
}
