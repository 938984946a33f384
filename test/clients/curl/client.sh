#!/bin/bash
# Contracts A, B and C with the curl command, as the vendors' pages would be tried by hand; jq reads the answers.
set -u
recognizer=$BASE/api/v3.2/biometrics/recognizer
liveness=$BASE/api/v3/biometrics/liveness/
token=$BASE/realms/triface/protocol/openid-connect/token
sdk=$BASE/face-liveness-sdk/v1
folder=$(dirname "$SELFIE")
citizen=curl-$$

# name, jq's condition on the answer, curl's arguments. The answer is left in $answer.
attempt() {
  local name=$1 condition=$2
  shift 2
  if answer=$(curl -sS --fail-with-body "$@" 2>&1) && jq -e "$condition" <<<"$answer" >/dev/null 2>&1; then
    echo "ok curl $name"
  else
    echo "not ok curl $name: $(tr '\n' ' ' <<<"$answer")"
  fi
}
value() { jq -r "$1" <<<"$answer"; }

attempt 'A token' '.refresh' "$BASE/api/token/" -F "username=$ACCOUNT" -F "password=$PASSWORD"
bearer="Authorization: Bearer $(value .access)"
attempt 'A refresh' '.access' "$BASE/api/token/refresh/" -d "refresh=$(value .refresh)"
attempt 'A liveness' '.valid and .id > 0' "$liveness" -H "$bearer" -F "selfie=@$SELFIE" -F details=True -F return_id=True
attempt 'A attack' '.error_code == 715' "$liveness" -H "$bearer" -F "selfie=@$REPLAY" -F details=true
attempt 'A bytes without a filename' '.valid' "$liveness" -H "$bearer" -F "selfie=<$SELFIE"
attempt 'A base64 transfer encoding' '.valid' "$liveness" -H "$bearer" -F "selfie=@$SELFIE;encoder=base64"
attempt 'A quoted file name, HTTP/1.0' '.valid' --http1.0 "$liveness" -H "$bearer" -F "selfie=@$SELFIE;filename=\"a\\\"b;c.jpg\""
attempt 'A create person' '.name == "José Ñandú"' "$recognizer/persons/" -H "$bearer" -F "citizen_id=$citizen" -F 'name=José Ñandú' -F "image=@$SELFIE"
person=$recognizer/persons/$(value .id)/
attempt 'A list persons' '.count > 0' --compressed "$recognizer/persons/?page=1" -H "$bearer"
attempt 'A get person' ".citizen_id == \"$citizen\"" "$person" -H "$bearer"
attempt 'A patch person' '.name == "Zoë"' -X PATCH "$person" -H "$bearer" -F 'name=Zoë' -F is_blocked=false
attempt 'A face' '.result' "$recognizer/face/" -H "$bearer" -F "citizen_id=$citizen" -F "image=@$SELFIE"
nationals=$BASE/api/v3/biometrics/nationals/
attempt 'A nationals' '.valid == true' "$nationals" -H "$bearer" -F "citizen_id=$citizen" -F "selfie=@$SELFIE"
attempt 'A nationals with the face of another person' '.valid == false' "$nationals" -H "$bearer" -F "citizen_id=$citizen" -F "selfie=@$OTHER"
attempt 'A delete person, with a JSON type and no body' '.id' -X DELETE "$person" -H "$bearer" -H 'Content-Type: application/json'

printf '{"sessionId":"bbbf9002","faceImageBase":"%s"}' "$(base64 -w0 "$SELFIE")" >"$folder/b.json"
sed 's/"bbbf9002"/null/' "$folder/b.json" >"$folder/null.json"
b=$BASE/api/v1/face/liveness
json=(-H 'Content-Type: application/json')
attempt 'B verdict' '.sessionId == "bbbf9002" and .score > 0.5' --anyauth -u "$ACCOUNT:$PASSWORD" "$b" "${json[@]}" --data-binary @"$folder/b.json"
attempt 'B sessionId null' '.sessionId == null and .score > 0.5' -u "$ACCOUNT:$PASSWORD" "$b" "${json[@]}" --data-binary @"$folder/null.json"
attempt 'B non-ASCII credentials' '.score > 0.5' -u "$LATIN_ACCOUNT:$LATIN_PASSWORD" "$b" "${json[@]}" --data-binary @"$folder/b.json"

client=(-d "client_id=$CLIENT" --data-urlencode "client_secret=$SECRET")
attempt 'C password grant' '.expires_in > 0' "$token" "${client[@]}" -d grant_type=password -d "username=$ACCOUNT" --data-urlencode "password=$PASSWORD"
bearer=$(value .access_token)
attempt 'C refresh' '.access_token' "$token" "${client[@]}" -d grant_type=refresh_token --data-urlencode "refresh_token=$(value .refresh_token)"
attempt 'C check_liveness' '.result == "Real"' "$sdk/check_liveness" --oauth2-bearer "$bearer" -F channel=WEB -F 'reference=señal/4711' -F "file=@$SELFIE"
id=$(value .id)
attempt 'C list' ".content[0].id == \"$id\" and .page.totalElements == .totalElements" --oauth2-bearer "$bearer" "$sdk/face-liveness?page=0&size=2&sort=createdDate,desc"
attempt 'C export' ".id" --oauth2-bearer "$bearer" "$sdk/face-liveness/export?format=ndjson"
attempt 'C get' '.reference == "señal/4711"' --oauth2-bearer "$bearer" "$sdk/face-liveness/$id"
entity=$answer
put() { attempt "$1" ".result == \"$2\"" -X PUT --oauth2-bearer "$bearer" "$sdk/face-liveness/$id" "${json[@]}" -d "$(jq -c "$3 | .result = \"$2\"" <<<"$entity")"; }
put 'C put as read' Spoof .
put 'C put with nulls' Real 'map_values(null)'
attempt 'C compare_face' . "$BASE/face-recognition-sdk/v1/compare_face" --oauth2-bearer "$bearer" -F channel=WEB -F reference=r -F "file1=@$SELFIE" -F "file2=@$SELFIE"
