# syntax=docker/dockerfile:1
# One file for every image. A service: --build-arg SERVICE=ingest-gateway (or another folder of apps);
# the emulators: --target emulators; the jobs of docker-compose.yml: --target jobs.
# A registry of one's own: --secret id=npmrc,src=$HOME/.npmrc

# The manifests alone: packages are installed anew only when one of these changes.
FROM node:24-slim AS manifests
WORKDIR /src
COPY . .
RUN find . -type f ! -name package.json ! -name package-lock.json ! -name .npmrc ! -path './patches/*' -delete \
 && find . -type d -empty -delete

# Every service is built at once; the images share this stage.
FROM node:24-slim AS build
WORKDIR /src
COPY --from=manifests /src ./
RUN --mount=type=secret,id=npmrc,target=/root/.npmrc --mount=type=cache,target=/root/.npm \
    npm ci --ignore-scripts --no-update-notifier && node node_modules/patch-package/index.js --error-on-fail
COPY . .
RUN node node_modules/typescript/bin/tsc -b apps/*/tsconfig.lib.json && node tools/console.mjs \
 && find apps libs \( -name '*.d.ts' -o -name '*.map' -o -name '*.tsbuildinfo' \) -path '*/dist/*' -delete

# What one image runs: the packages it needs in production, its own build, that of the libraries, its migrations.
FROM node:24-slim AS assembled
ARG SERVICE=ingest-gateway
WORKDIR /app
COPY --from=manifests /src ./
COPY tools/compose/production-manifests.ts /tmp/
RUN --mount=type=secret,id=npmrc,target=/root/.npmrc --mount=type=cache,target=/root/.npm \
    node /tmp/production-manifests.ts && npm ci --omit=dev --ignore-scripts --no-update-notifier --workspace "apps/$SERVICE"
RUN --mount=type=bind,from=build,source=/src,target=/src \
    for package in $(cd patches && ls); do \
      name=$(echo "${package%+*}" | tr + /); \
      [ ! -d "node_modules/$name" ] || { rm -r "node_modules/$name" && cp -r "/src/node_modules/$name" "node_modules/$name"; }; \
    done \
 && for library in libs/*; do [ -e "node_modules/@leads/${library#libs/}" ] || rm -r "$library"; done \
 && for project in "apps/$SERVICE" $(ls -d libs/* 2>/dev/null); do \
      for part in dist migrations; do [ ! -d "/src/$project/$part" ] || cp -r "/src/$project/$part" "$project/"; done; \
    done \
 && find apps -mindepth 1 -maxdepth 1 ! -name "$SERVICE" -exec rm -r {} + \
 && { [ "$SERVICE" != portal ] || { mkdir -p apps/portal-web/dist && cp -r /src/apps/portal-web/dist/console apps/portal-web/dist/; }; } \
 && rm -rf tools e2e patches

FROM node:24-slim AS service
ARG SERVICE=ingest-gateway
# Health and metrics have a port of their own, which no proxy passes on.
ENV NODE_ENV=production HTTP_HOST=0.0.0.0 HTTP_PORT=8080 HEALTH_PORT=8081 HEALTH=8081/health/live
COPY --from=assembled /app /app
WORKDIR /app/apps/$SERVICE
USER node
EXPOSE 8080 8081
# Whether the process runs, not whether others do: who acts on it would end every container in an outage elsewhere.
# Asked by the shell, for a Node every five seconds would take a good part of a core.
HEALTHCHECK --interval=5s --timeout=5s --start-period=120s --retries=5 \
  CMD ["bash", "-c", "exec 3<>/dev/tcp/127.0.0.1/${HEALTH%%/*} && printf 'GET /%s HTTP/1.0\\r\\n\\r\\n' \"${HEALTH#*/}\" >&3 && read -r _ status _ <&3 && [ \"$status\" = 200 ]"]
CMD ["node", "dist/main.js"]

# The outside world for local runs; never deployed.
FROM service AS emulators
USER root
RUN mkdir /data && chown node:node /data
USER node
ENV EMULATORS_HOST=0.0.0.0 EMULATORS_HTTP_PORT=4010 EMULATORS_SMTP_PORT=4025 EMULATORS_DATA_DIR=/data HEALTH=4010/health
EXPOSE 4010 4025

# The one-shot jobs of docker-compose.yml: the keys, and the published connection. Node runs TypeScript as it is.
FROM node:24-slim AS jobs
COPY tools/package.json /app/tools/
COPY tools/stack /app/tools/stack
COPY tools/compose /app/tools/compose
# What the emulators begin with, and what Contoso enters for it.
COPY apps/emulators/package.json /app/apps/emulators/
COPY apps/emulators/src/seed.ts /app/apps/emulators/src/
COPY libs/testing/package.json /app/libs/testing/
COPY libs/testing/src/contoso.ts /app/libs/testing/src/
# A volume that is mounted at such a folder for the first time belongs to whom the folder does.
RUN node -p "require('/app/tools/compose/holders.ts').folders.map((name) => '/keys/' + name).join(' ')" \
    | xargs install -d -o node -g node /keys \
 && mkdir -p /app/node_modules/@leads && cd /app/node_modules/@leads \
 && ln -s ../../apps/emulators emulators && ln -s ../../libs/testing testing
WORKDIR /app/tools
USER node

# The image that is built where nothing else is said.
FROM service
