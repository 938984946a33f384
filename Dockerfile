# Triface in one container: one port (8080), one volume (/data).
#   docker build -t triface .
#   docker run -p 8080:8080 -v triface-data:/data triface
#
# The base is pinned by tag. To pin it by digest, look it up once and give it:
#   docker buildx imagetools inspect node:24-bookworm-slim
#   docker build --build-arg NODE_IMAGE=node:24-bookworm-slim@sha256:<digest> -t triface .
# Behind a private registry give your npm settings as a secret; they stay out of the image:
#   docker build --secret id=npmrc,src=$HOME/.npmrc -t triface .
# For NVIDIA GPUs build this one first, then deploy/Dockerfile.cuda on top of it.
# The recommended model packs are part of the image where the network allows (docs/model-packs.md#images); another choice:
#   docker build --build-arg RECOMMENDED_MODELS=no|yes|http://mirror/folder -t triface .
# deploy/try-image-steps.mjs runs these very lines without Docker; it understands the forms used here.
ARG NODE_IMAGE=node:24-bookworm-slim

FROM ${NODE_IMAGE} AS build
WORKDIR /app
COPY package.json package-lock.json .npmrc ./
RUN --mount=type=cache,target=/root/.npm --mount=type=secret,id=npmrc,target=/root/.npmrc \
    npm ci
COPY tsconfig.json LICENSE ./
# The weights come from pinned npm tarballs, checked by SHA-256; only the manifest is in the repository. The capture component names them.
COPY models ./models
COPY src ./src
RUN npm run build
RUN --mount=type=cache,target=/root/.npm --mount=type=secret,id=npmrc,target=/root/.npmrc \
    node src/launch.mjs models prepare
# auto: a source that cannot be reached does not fail the build; wrong content always does. The packs and their choice are in models/packs,
# which the server reads unless /data has a choice of its own. NODE_EXTRA_CA_CERTS and HTTPS_PROXY apply as usual.
ARG RECOMMENDED_MODELS=auto
RUN export DATA_DIR=models; add="node src/launch.mjs models add recommended"; \
    case "$RECOMMENDED_MODELS" in \
      no) echo "RECOMMENDED_MODELS=no: the image has the shipped models alone" ;; \
      auto) $add --if-reachable ;; \
      yes) $add ;; \
      *) $add --from "$RECOMMENDED_MODELS" ;; \
    esac \
 && chmod -R a+rX models/packs
# Without the libraries of onnxruntime-node for other platforms (some 245 MB on x64).
RUN npm prune --omit=dev \
 && node src/prune-runtimes.mjs \
 && find dist/src -name '*.map' -delete

FROM ${NODE_IMAGE} AS runtime
LABEL org.opencontainers.image.title="Triface" \
      org.opencontainers.image.description="Self-hosted passive face liveness and recognition behind three vendors' REST contracts" \
      org.opencontainers.image.licenses="Apache-2.0"
# A fixed user id, so that volumes can be prepared for it; no package managers where nothing is to be installed.
RUN groupadd --gid 10001 triface \
 && useradd --uid 10001 --gid 10001 --no-create-home --home-dir /nonexistent --shell /usr/sbin/nologin triface \
 && install --directory --owner=10001 --group=10001 --mode=0700 /data \
 && rm -rf /usr/local/lib/node_modules /usr/local/bin/npm /usr/local/bin/npx /usr/local/bin/corepack /opt/yarn* /usr/local/bin/yarn*
WORKDIR /app
# Owned by root: the server cannot change its own code or models. It writes to /data and nowhere else.
COPY package.json LICENSE* NOTICE* ./
COPY --from=build /app/node_modules ./node_modules
COPY --from=build /app/dist/src ./dist/src
COPY --from=build /app/dist/web/site ./dist/web/site
COPY --from=build /app/models ./models
# HOME: some libraries ask for it when they load, and fail for a user id without one (`docker run --user`, OpenShift).
# ORT_DISABLE_TELEMETRY: the server sets it itself; here it also covers other programs that are run in the container.
# MALLOC_ARENA_MAX: glibc's arenas, one set a thread, are what grows under many workers.
# UV_THREADPOOL_SIZE: files, decoding and password hashes share this pool with name look-ups, which may take half of it.
ENV NODE_ENV=production \
    HOST=0.0.0.0 \
    PORT=8080 \
    DATA_DIR=/data \
    HOME=/tmp \
    ORT_DISABLE_TELEMETRY=1 \
    MALLOC_ARENA_MAX=2 \
    UV_THREADPOOL_SIZE=8
USER 10001:10001
EXPOSE 8080
VOLUME /data
# The process ends gracefully on SIGTERM by itself. Until it is up, a process 1 ignores the signal: `docker run --init` mends that.
STOPSIGNAL SIGTERM
HEALTHCHECK --interval=15s --timeout=5s --start-period=60s --retries=3 \
  CMD ["node", "-e", "fetch(`http://127.0.0.1:${process.env.PORT}/health/live`).then((r) => process.exit(r.ok ? 0 : 1), () => process.exit(1))"]
ENTRYPOINT ["node", "dist/src/cli.js"]
CMD ["serve"]
