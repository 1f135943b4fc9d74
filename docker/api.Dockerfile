# The API image. Build it from the repository's root:
#   docker build -f docker/api.Dockerfile -t trainyard-api .
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
COPY scripts/prisma-generate.mjs scripts/bundle.mjs scripts/demo-page.mjs scripts/
COPY packages packages
COPY apps/api apps/api
RUN node scripts/prisma-generate.mjs \
  && npx tsc -b apps/api \
  && node scripts/bundle.mjs packages/* apps/api \
  && node scripts/demo-page.mjs \
  && find packages apps -name src -prune -exec rm -r {} +

# The packages that this program needs when it runs, and no others.
FROM manifests AS packages
COPY docker/prune-packages.sh /usr/local/bin/
RUN --mount=type=cache,target=/root/.npm npm ci --omit=dev --workspace @trainyard/api && sh /usr/local/bin/prune-packages.sh

FROM node
ENV NODE_ENV=production TRAINYARD_HOST=0.0.0.0 TRAINYARD_DATA_DIR=/data
WORKDIR /app
RUN mkdir /data && chown 1000:1000 /data
COPY package.json ./
COPY prisma/migrations prisma/migrations
COPY --from=packages /app/node_modules node_modules
COPY --from=build /app/packages packages
COPY --from=build /app/apps apps
USER 1000:1000
VOLUME /data
EXPOSE 8080
CMD ["node", "apps/api/dist/main.js"]
