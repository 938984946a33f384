#!/usr/bin/env bash
# Starts an image as the compose file does, without a network, and ends with 1 if anything is not as it should be.
#   deploy/smoke-test.sh IMAGE [FILE]      copies the image's SBOM to FILE
# ENGINE=podman takes podman instead of docker.
set -euo pipefail
image=$1
sbom=${2:-/dev/null}
engine=${ENGINE:-docker}
name=triface-smoke-$$
hardening=(--read-only --tmpfs '/tmp:rw,noexec,nosuid,nodev,size=64m' --cap-drop ALL --security-opt no-new-privileges --pids-limit 512 --network none)

end() {
  local status=$?
  [ "$status" -eq 0 ] || "$engine" logs "$name" || true
  "$engine" rm --force --volumes "$name" >/dev/null 2>&1 || true
  return "$status"
}
trap end EXIT

fail() {
  echo "FAILED: $*"
  exit 1
}

# Runs JavaScript in the container: the image has no curl.
inside() { "$engine" exec "$name" node --input-type=module --eval "$1"; }

"$engine" run --detach --name "$name" "${hardening[@]}" "$image" >/dev/null
is_ready="const { status } = await fetch('http://127.0.0.1:8080/health/ready').catch(() => ({})); process.exit(status === 200 ? 0 : 1)"
until inside "$is_ready" 2>/dev/null; do
  [ "$("$engine" inspect --format '{{.State.Running}}' "$name")" = true ] || fail 'the server has ended'
  [ "$SECONDS" -lt 180 ] || fail 'the server is not ready after three minutes'
  sleep 1
done
echo "ready after $SECONDS s"

[ "$(inside 'console.log(process.getuid())')" = 10001 ] || fail 'the user is not 10001'
inside "import { readFileSync } from 'node:fs'; process.exit(/^Max core file size +0 +0 /m.test(readFileSync('/proc/1/limits', 'utf8')) ? 0 : 1)" ||
  fail 'a crash would write a core dump, with faces and keys'
inside "import { writeFileSync } from 'node:fs'; writeFileSync('/app/x', '')" 2>/dev/null && fail '/app can be written to'
"$engine" exec "$name" triface config >/dev/null || fail 'the command triface does not work'
inside "import { readFileSync } from 'node:fs'; process.stdout.write(readFileSync('/app/sbom.cdx.json'))" >"$sbom" || fail 'there is no SBOM'

"$engine" stop --time 30 "$name" >/dev/null
code=$("$engine" inspect --format '{{.State.ExitCode}}' "$name")
[ "$code" -eq 0 ] || fail "SIGTERM ended the server with $code"
echo 'ok'
