#!/usr/bin/env bash
# Builds the image on Debian without a Docker engine and without a registry of images: makes the base that the Dockerfile names from
# Debian's packages and two npm packages, in the layout of the official node:*-slim, then runs the Dockerfile with buildah.
#   deploy/build-image.sh [--tag NAME] [--archive FILE] [--cuda] [--base-only] [buildah's options: --build-arg NAME=VALUE, --no-cache…]
# Needs root, and: apt-get install --no-install-recommends buildah mmdebstrap golang-github-containers-common
# With a Docker engine use `docker build` instead, whose base is the official one.
set -euo pipefail
cd "$(dirname "$0")/.."

tag=triface archive='' cuda='' base_only='' options=()
while [ $# -gt 0 ]; do
  case $1 in
    --tag) tag=$2; shift ;;
    --archive) archive=$2; shift ;;
    --cuda) cuda=yes ;;
    --base-only) base_only=yes ;;
    *) options+=("$1") ;;
  esac
  shift
done
[ "$(id -u)" = 0 ] || { echo 'Run it as root.' >&2; exit 2; }
for program in buildah mmdebstrap node npm; do
  command -v "$program" >/dev/null || { echo "$program is not installed." >&2; exit 2; }
done

# Docker's format, since OCI's has no HEALTHCHECK. chroot: no container engine is needed to build.
export BUILDAH_FORMAT=docker BUILDAH_ISOLATION=chroot
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

base=docker.io/library/$(sed -n 's/^ARG NODE_IMAGE=//p' Dockerfile)
major=${base#*:} major=${major%%-*}
suite=${base#*-} suite=${suite%-slim}
# The packages node-linux-<architecture> hold Node's official binaries.
architecture=$(node -p process.arch)

make_base() {
  local container root version
  # Without manuals, as the official base. usr-is-merged: no Perl modules for a conversion that is not needed.
  mmdebstrap --quiet --variant=minbase --include=usr-is-merged \
    --dpkgopt='path-exclude=/usr/share/man/*' --dpkgopt='path-exclude=/usr/share/info/*' --dpkgopt='path-exclude=/usr/share/locale/*' \
    --dpkgopt='path-exclude=/usr/share/doc/*' --dpkgopt='path-include=/usr/share/doc/*/copyright' "$suite" "$work/debian.tar"
  version=$(npm view "node-linux-$architecture@^$major" version --json | node -p '
    [JSON.parse(fs.readFileSync(0))].flat().sort((a, b) => a.localeCompare(b, "en", { numeric: true })).at(-1)')
  (cd "$work" && npm pack --silent "node-linux-$architecture@$version" npm@11 >/dev/null)
  container=$(buildah from scratch)
  root=$(buildah mount "$container")
  tar -xf "$work/debian.tar" -C "$root" --exclude='./dev/*'
  rm -rf "$root"/var/lib/apt/lists/* "$root"/var/cache/apt/*.bin
  tar -xzf "$work/node-linux-$architecture-$version.tgz" -C "$root/usr/local" --strip-components=1 --no-same-owner package/bin
  mkdir -p "$root/usr/local/lib/node_modules/npm"
  tar -xzf "$work"/npm-11.*.tgz -C "$root/usr/local/lib/node_modules/npm" --strip-components=1 --no-same-owner
  ln -s ../lib/node_modules/npm/bin/npm-cli.js "$root/usr/local/bin/npm"
  ln -s ../lib/node_modules/npm/bin/npx-cli.js "$root/usr/local/bin/npx"
  chmod 755 "$root"/usr/local/lib/node_modules/npm/bin/*-cli.js
  chroot "$root" sh -ec 'groupadd --gid 1000 node; useradd --uid 1000 --gid node --create-home node; node --version; npm --version' >&2
  buildah unmount "$container" >/dev/null
  buildah config --env "NODE_VERSION=$version" --cmd node "$container"
  buildah commit --quiet --rm "$container" "$base" >/dev/null
}
buildah inspect --type image "$base" >/dev/null 2>&1 || make_base
[ -z "$base_only" ] || exit 0

# A slim image has no certificates, so this machine's are mounted while it is built. npm's settings go in as the Dockerfile's secret.
certificates=${NODE_EXTRA_CA_CERTS:-$(npm config get cafile)}
if [ -f "$certificates" ]; then
  mkdir "$work/certificates"
  cp "$certificates" "$work/certificates/bundle.crt"
  options+=(--volume "$work/certificates:/run/certificates:ro")
fi
# shellcheck disable=SC2016  # JavaScript
npm config ls --json 2>/dev/null | node -e '
  const settings = JSON.parse(fs.readFileSync(0));
  const [file, certificates] = process.argv.slice(1);
  const names = ["registry", "proxy", "https-proxy", "strict-ssl", "replace-registry-host"];
  const lines = names.filter((name) => settings[name] != null).map((name) => `${name}=${settings[name]}`);
  for (const path of [settings.globalconfig, settings.userconfig].filter(fs.existsSync))
    lines.push(...fs.readFileSync(path, "utf8").split("\n").filter((line) => /^(\/\/|@.+:registry)/.test(line)));
  if (fs.existsSync(certificates)) lines.push("cafile=/run/certificates/bundle.crt");
  fs.writeFileSync(file, lines.join("\n"), { mode: 0o600 });' "$work/npmrc" "$certificates"
revision=$(git rev-parse HEAD 2>/dev/null || true)
seconds=$(git log -1 --format=%ct 2>/dev/null || date +%s)
build=(buildah bud --pull-never --layers --network host --secret "id=npmrc,src=$work/npmrc" "${options[@]}")
"${build[@]}" --build-arg "VERSION=$(node -p 'require("./package.json").version')" --build-arg "REVISION=$revision" \
  --build-arg "CREATED=$(date -u -d "@$seconds" +%FT%TZ)" --build-arg "SOURCE_DATE_EPOCH=$seconds" --tag "$tag" .
[ -z "$cuda" ] || "${build[@]}" --file deploy/Dockerfile.cuda --build-arg "TRIFACE_IMAGE=localhost/$tag" --tag "$tag:cuda" .

# Docker's format in one file: `docker load` and `podman load` read it, and the layers in it are compressed.
[ -z "$archive" ] || buildah push --quiet "$tag" "oci-archive:$archive:$tag"
