# The worker's images, without and with CUDA. Build them from the repository's root:
#   docker build -f docker/worker.Dockerfile -t trainyard-worker .
#   docker build -f docker/worker.Dockerfile --target gpu -t trainyard-worker-gpu .
FROM node:24-bookworm-slim AS node

# Only the manifests, so that a change of a source file leaves the installed packages in the cache.
FROM node AS manifests
WORKDIR /app
COPY package.json package-lock.json .npmrc ./
COPY packages packages
COPY apps apps
RUN find packages apps -type f ! -name package.json -delete

FROM node AS build
WORKDIR /app
COPY --from=manifests /app ./
RUN --mount=type=cache,target=/root/.npm npm ci
COPY prisma.config.ts tsconfig.base.json ./
COPY prisma prisma
COPY scripts/prisma-generate.mjs scripts/bundle.mjs scripts/
COPY packages packages
COPY apps/worker apps/worker
RUN node scripts/prisma-generate.mjs \
  && npx tsc -b apps/worker \
  && node scripts/bundle.mjs packages/* apps/worker \
  && find packages apps -name src -prune -exec rm -r {} +

# The packages that this program needs when it runs, and no others.
FROM manifests AS packages
COPY docker/prune-packages.sh /usr/local/bin/
RUN --mount=type=cache,target=/root/.npm npm ci --omit=dev --workspace @trainyard/worker && sh /usr/local/bin/prune-packages.sh

# onnxruntime's own script fetches the CUDA libraries, which the npm package leaves out.
FROM packages AS cuda-packages
RUN apt-get update \
  && apt-get install -y --no-install-recommends ca-certificates \
  && node node_modules/onnxruntime-node/script/install.js --onnxruntime-node-install \
  && rm -f node_modules/onnxruntime-node/bin/napi-v6/linux/x64/libonnxruntime_providers_tensorrt.so

# x64 alone: there is no CUDA build of onnxruntime for other processors.
FROM nvidia/cuda:13.0.1-cudnn-runtime-ubuntu24.04 AS gpu
COPY --from=node /usr/local/bin/node /usr/local/bin/
# The last one keeps onnxruntime from reporting how it is used.
ENV NODE_ENV=production TRAINYARD_HOST=0.0.0.0 TRAINYARD_DATA_DIR=/data ORT_DISABLE_TELEMETRY=1
WORKDIR /app
RUN mkdir /data && chown 1000:1000 /data
COPY package.json ./
COPY prisma/migrations prisma/migrations
COPY --from=cuda-packages /app/node_modules node_modules
COPY --from=build /app/packages packages
COPY --from=build /app/apps apps
# Without this a missing library would only show as a worker that offers no CUDA. The driver's own, libcuda, is put into
# the container when it starts; cuDNN is loaded at run time.
RUN ldconfig -p | grep -q 'libcudnn\.so\.9' \
  && ! ldd node_modules/onnxruntime-node/bin/napi-v6/linux/x64/libonnxruntime_providers_cuda.so \
    | grep -v 'libcuda\.so' | grep 'not found'
COPY docker/worker-health.mjs ./
USER 1000:1000
VOLUME /data
# NVIDIA's own entry point prints a banner and needs a shell.
ENTRYPOINT []
CMD ["node", "apps/worker/dist/main.js"]

FROM node AS cpu
# The last one keeps onnxruntime from reporting how it is used.
ENV NODE_ENV=production TRAINYARD_HOST=0.0.0.0 TRAINYARD_DATA_DIR=/data ORT_DISABLE_TELEMETRY=1
WORKDIR /app
RUN mkdir /data && chown 1000:1000 /data
COPY package.json ./
COPY prisma/migrations prisma/migrations
COPY --from=packages /app/node_modules node_modules
COPY --from=build /app/packages packages
COPY --from=build /app/apps apps
COPY docker/worker-health.mjs ./
USER 1000:1000
VOLUME /data
CMD ["node", "apps/worker/dist/main.js"]
