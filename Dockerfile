# Triface in one container: one port (8080), one volume (/data). docs/operations.md#the-container describes it.
#   docker build -t triface .                       or, without a Docker engine: deploy/build-image.sh
#   docker run -p 8080:8080 -v triface-data:/data --stop-timeout 30 triface
#
# The base is pinned by tag. To pin it by digest, look it up once and give it:
#   docker buildx imagetools inspect node:24-bookworm-slim
#   docker build --build-arg NODE_IMAGE=node:24-bookworm-slim@sha256:<digest> -t triface .
# Behind a private registry give your npm settings as a secret; they stay out of the image:
#   docker build --secret id=npmrc,src=$HOME/.npmrc -t triface .
# The recommended model packs are part of the image where the network allows (docs/model-packs.md#images); another choice:
#   docker build --build-arg RECOMMENDED_MODELS=no|yes|http://mirror/folder -t triface .
# For NVIDIA GPUs build this one first, then deploy/Dockerfile.cuda on top of it.
ARG NODE_IMAGE=node:24-bookworm-slim

# What the models are made of: pinned tarballs, and the recommended packs. It depends on four files alone, so that an edited source does
# not fetch them again. auto: a source that cannot be reached does not fail the build; wrong content always does. HTTPS_PROXY applies
# as usual.
FROM ${NODE_IMAGE} AS weights
WORKDIR /weights
COPY .npmrc deploy/image/fetch-weights.mjs models/manifest.json models/catalog.json ./
ARG RECOMMENDED_MODELS=auto
RUN --mount=type=secret,id=npmrc,target=/root/.npmrc \
    NODE_USE_ENV_PROXY=1 node fetch-weights.mjs . /weights/files "$RECOMMENDED_MODELS"

FROM ${NODE_IMAGE} AS build
WORKDIR /app
COPY package.json package-lock.json .npmrc ./
RUN --mount=type=cache,target=/root/.npm --mount=type=secret,id=npmrc,target=/root/.npmrc \
    npm ci
COPY tsconfig.json LICENSE ./
# The capture component names the weights; only their manifest is in the repository.
COPY models ./models
COPY src ./src
RUN npm run build
COPY deploy/sbom ./deploy/sbom
# Each file is compared with its SHA-256. The packs and their choice are in models/packs, which the server reads unless /data has a choice
# of its own.
COPY --from=weights /weights/files /weights
RUN npm_config_cache=/weights/npm node src/launch.mjs models prepare \
 && if [ -d /weights/packs ]; then DATA_DIR=models node src/launch.mjs models add recommended --from /weights/packs; fi \
 && chmod -R a+rX models
# esbuild has bundled three libraries into dist/src/libraries; pacote only fetches models, which are there.
RUN npm pkg delete devDependencies scripts dependencies.jose dependencies.kysely dependencies.oidc-provider dependencies.pacote \
 && npm prune --omit=dev \
 && node src/prune-modules.mjs \
 && find dist/src -name '*.map' -delete

# Debian without a package manager, Perl and set-uid programs: what Node needs, and a shell with the usual tools for whoever looks after
# the container (tar: `kubectl cp`).
FROM ${NODE_IMAGE} AS system
COPY deploy/image/copy-debian.sh /tmp/
RUN sh /tmp/copy-debian.sh /system \
      base-files base-passwd tzdata libc6 libc-bin gcc-12-base? libgcc-s1 libstdc++6 libatomic1? \
      bash libtinfo6 dash coreutils libacl1 libattr1 libgmp10 libselinux1 libpcre2-8-0 findutils grep sed tar gzip \
 && cp /usr/local/bin/node /system/usr/local/bin/ \
 && chroot /system node --version \
 && echo 'triface:x:10001:10001::/nonexistent:/usr/sbin/nologin' >>/system/etc/passwd \
 && echo 'triface:x:10001:' >>/system/etc/group \
 && install --directory --owner=10001 --group=10001 --mode=0700 /system/data
COPY --chmod=755 deploy/image/triface deploy/image/triface-health /system/usr/local/bin/

FROM scratch AS runtime
COPY --from=system /system /
WORKDIR /app
# Owned by root: the server cannot change its own code or models. It writes to /data and nowhere else.
COPY --from=build /app/node_modules ./node_modules
COPY --from=build /app/models ./models
COPY --from=build /app/package.json /app/LICENSE ./
COPY --from=build /app/dist/web/site ./dist/web/site
COPY --from=build /app/dist/src ./dist/src
# PATH: an image that begins from nothing has none.
# HOME: some libraries ask for a home when they load, and fail for a user id without one (`docker run --user`, OpenShift).
# ORT_DISABLE_TELEMETRY: the server sets it itself; here it also covers other programs that are run in the container.
# MALLOC_ARENA_MAX: glibc's arenas, one set a thread, are what grows under many workers.
# UV_THREADPOOL_SIZE: files, decoding and password hashes share this pool with name look-ups, which may take half of it.
ENV PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin \
    NODE_ENV=production \
    HOST=0.0.0.0 \
    PORT=8080 \
    DATA_DIR=/data \
    HOME=/tmp \
    ORT_DISABLE_TELEMETRY=1 \
    MALLOC_ARENA_MAX=2 \
    UV_THREADPOOL_SIZE=8
# What is in the image, as CycloneDX: packages of npm and Debian, Node, models. It is read from the finished files.
ARG SOURCE_DATE_EPOCH=
RUN --mount=type=bind,from=build,source=/app,target=/build \
    node /build/deploy/sbom/write-sbom.mjs --app /app --bundled /build/dist/packages.json --bundled /build/dist/web/packages.json >/app/sbom.cdx.json
USER 10001:10001
EXPOSE 8080
VOLUME /data
STOPSIGNAL SIGTERM
HEALTHCHECK --interval=15s --timeout=5s --start-period=60s --retries=3 CMD ["triface-health"]
ENTRYPOINT ["triface"]
CMD ["serve"]
# Last, because they differ with every build: what comes after an argument is built again when it changes.
ARG NODE_IMAGE
ARG BASE_DIGEST=
ARG VERSION=0.1.0
ARG REVISION=
ARG CREATED=
ARG SOURCE=
LABEL org.opencontainers.image.title="Triface" \
      org.opencontainers.image.description="Self-hosted passive face liveness and recognition behind three vendors' REST contracts" \
      org.opencontainers.image.licenses="Apache-2.0" \
      org.opencontainers.image.version="${VERSION}" \
      org.opencontainers.image.revision="${REVISION}" \
      org.opencontainers.image.created="${CREATED}" \
      org.opencontainers.image.source="${SOURCE}" \
      org.opencontainers.image.url="${SOURCE}" \
      org.opencontainers.image.documentation="${SOURCE}" \
      org.opencontainers.image.base.name="${NODE_IMAGE}" \
      org.opencontainers.image.base.digest="${BASE_DIGEST}"
