"""The answers of contracts A, B and C. Unknown fields and other types are refused, except in the scans and pages of contract C."""
import datetime, uuid
from typing import Dict, List, Optional

from pydantic import AnyHttpUrl, BaseModel, StrictBool, StrictFloat, StrictInt, StrictStr


class Strict(BaseModel):
    class Config:
        extra = "forbid"


class Tokens(Strict):
    refresh: StrictStr
    access: StrictStr


class Access(Strict):
    access: StrictStr


class Scores(Strict):
    score: StrictFloat
    quality: StrictFloat
    liveness: StrictFloat


class Verdict(Strict):
    valid: StrictBool
    api_response: Scores
    id: StrictInt


class Details(Strict):
    face_liveness: StrictStr
    api_response: Scores


class Attack(Strict):
    valid: StrictBool
    error_code: StrictInt
    message: StrictStr
    error_details: Details
    id: StrictInt


class Person(Strict):
    id: StrictInt
    citizen_id: StrictStr
    name: StrictStr
    image: Optional[AnyHttpUrl]
    is_blocked: StrictBool
    created_at: datetime.datetime
    agreed_terms: StrictBool


class Persons(Strict):
    count: StrictInt
    next: Optional[AnyHttpUrl]
    previous: Optional[AnyHttpUrl]
    results: List[Person]


class Recognised(Strict):
    id: uuid.UUID
    created_at: datetime.datetime
    result: StrictBool
    result_text: StrictStr
    name: StrictStr
    citizen_id: StrictStr


class FaceLiveness(Strict):
    sessionId: Optional[StrictStr]
    score: StrictFloat
    hasError: StrictBool


class Scan(BaseModel):
    id: uuid.UUID
    companyId: uuid.UUID
    createdDate: datetime.datetime
    updatedDate: datetime.datetime
    createdById: uuid.UUID
    updatedById: uuid.UUID
    elapsedTime: StrictFloat
    salesChannel: StrictStr
    eyeClosed: Optional[StrictBool]
    livenessScore: Optional[StrictFloat]
    luminance: Optional[StrictStr]
    mouthOpened: Optional[StrictBool]
    quality: Optional[StrictStr]
    result: StrictStr
    boundaryFace: Optional[StrictBool]
    notFront: Optional[StrictBool]
    occluded: Optional[StrictBool]
    small: Optional[StrictBool]


class DocumentedScan(Scan):
    class Config:
        extra = "forbid"


class Face(BaseModel):
    x1: StrictInt
    y1: StrictInt
    x2: StrictInt
    y2: StrictInt
    liveness: StrictFloat
    yaw: StrictFloat
    roll: StrictFloat
    pitch: StrictFloat
    face_quality: StrictFloat
    face_luminance: StrictFloat
    eye_dist: StrictFloat
    left_eye_closed: StrictFloat
    right_eye_closed: StrictFloat
    face_occlusion: StrictFloat
    mouth_opened: StrictFloat
    landmarks_68: List[StrictFloat]


class Checked(Scan):
    faces: List[Face]


class Page(BaseModel):
    content: List[Scan]
    totalElements: StrictInt
    page: Dict[str, StrictInt]


class DocumentedFace(Face):
    class Config:
        extra = "forbid"


class DocumentedCheck(DocumentedScan):
    faces: List[DocumentedFace]
