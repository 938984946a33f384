package main

import "time"

// The answers. Contract A's and B's are decoded with DisallowUnknownFields, contract C's where the test says so.

type tokens struct{ Refresh, Access string }
type scores struct{ Score, Quality, Liveness float64 }
type details struct {
	FaceLiveness string `json:"face_liveness"`
	ApiResponse  scores `json:"api_response"`
}
type verdict struct {
	Valid        bool
	ApiResponse  scores `json:"api_response"`
	ErrorCode    int    `json:"error_code"`
	Message      string
	ErrorDetails details `json:"error_details"`
	Id           int
}
type person struct {
	Id          int
	CitizenId   string `json:"citizen_id"`
	Name        string
	Image       string
	IsBlocked   bool      `json:"is_blocked"`
	CreatedAt   time.Time `json:"created_at"`
	AgreedTerms bool      `json:"agreed_terms"`
}
type persons struct {
	Count          int
	Next, Previous *string
	Results        []person
}
type recognised struct {
	Id         string
	CreatedAt  time.Time `json:"created_at"`
	Result     bool
	ResultText string `json:"result_text"`
	Name       string
	CitizenId  string `json:"citizen_id"`
}
type faceLiveness struct {
	SessionId *string `json:"sessionId"`
	Score     float64
	HasError  bool `json:"hasError"`
}
type grant struct {
	AccessToken  string `json:"access_token"`
	RefreshToken string `json:"refresh_token"`
}

// scan is the entity as the vendor's page documents it. Without omitempty, as most models have it: zero values are sent.
type scan struct {
	Id            string    `json:"id"`
	CompanyId     string    `json:"companyId"`
	CreatedDate   time.Time `json:"createdDate"`
	UpdatedDate   time.Time `json:"updatedDate"`
	CreatedById   string    `json:"createdById"`
	UpdatedById   string    `json:"updatedById"`
	ElapsedTime   *float64  `json:"elapsedTime"`
	SalesChannel  *string   `json:"salesChannel"`
	EyeClosed     *bool     `json:"eyeClosed"`
	LivenessScore *float64  `json:"livenessScore"`
	Luminance     *string   `json:"luminance"`
	MouthOpened   *bool     `json:"mouthOpened"`
	Quality       *string   `json:"quality"`
	Result        string    `json:"result"`
	BoundaryFace  *bool     `json:"boundaryFace"`
	NotFront      *bool     `json:"notFront"`
	Occluded      *bool     `json:"occluded"`
	Small         *bool     `json:"small"`
}
type face struct {
	X1, Y1, X2, Y2             int
	Liveness, Yaw, Roll, Pitch float32
	FaceQuality                float32   `json:"face_quality"`
	FaceLuminance              float32   `json:"face_luminance"`
	EyeDist                    float32   `json:"eye_dist"`
	LeftEyeClosed              float32   `json:"left_eye_closed"`
	RightEyeClosed             float32   `json:"right_eye_closed"`
	FaceOcclusion              float32   `json:"face_occlusion"`
	MouthOpened                float32   `json:"mouth_opened"`
	Landmarks68                []float32 `json:"landmarks_68"`
}
type checked struct {
	scan
	Faces []face
}
type page struct {
	Content       []scan
	TotalElements int
	Page          struct{ TotalElements, TotalPages, Size, Number int }
}
