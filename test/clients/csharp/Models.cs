// The answers. Newtonsoft.Json refuses fields that a class does not have (MissingMemberHandling.Error), except where contract C may add some.
using System;
using System.Collections.Generic;

class Tokens { public string refresh, access; }
class Scores { public double score, quality, liveness; }
class Details { public string face_liveness; public Scores api_response; }
class Verdict { public bool valid; public Scores api_response; public int? error_code; public string message; public Details error_details; public long? id; }
class National { public bool valid; }
class Person { public long id; public string citizen_id, name; public Uri image; public bool is_blocked, agreed_terms; public DateTimeOffset created_at; }
class Persons { public int count; public Uri next, previous; public List<Person> results; }
class Recognised { public Guid id; public DateTimeOffset created_at; public bool result; public string result_text, name, citizen_id; }
class FaceLiveness { public string sessionId; public double score; public bool hasError; }
class Grant { public string access_token, refresh_token; public long expires_in; }
/// <summary>The entity as the vendor's page documents it.</summary>
class Scan {
  public Guid? id, companyId, createdById, updatedById;
  public DateTime? createdDate, updatedDate;
  public double? elapsedTime, livenessScore;
  public string salesChannel, luminance, quality, result;
  public bool? eyeClosed, mouthOpened, boundaryFace, notFront, occluded, small;
}
class Face {
  public int x1, y1, x2, y2;
  public float liveness, yaw, roll, pitch, face_quality, face_luminance, eye_dist, left_eye_closed, right_eye_closed, face_occlusion, mouth_opened;
  public float[] landmarks_68;
}
class Checked : Scan { public List<Face> faces; }
class PageMetadata { public int size, number, totalPages; public long totalElements; }
class Page { public List<Scan> content; public long totalElements; public PageMetadata page; }
