# syntax=docker/dockerfile:1

# Node 24: SQLite comes ready-made with `npm ci`, so nothing is compiled here; `npm run check:nodes` proves it.
FROM node:24-bookworm-slim AS build
WORKDIR /gateway
COPY package.json package-lock.json .npmrc ./
RUN npm ci
COPY tsconfig.json tsconfig.build.json ./
COPY src src
COPY migrations migrations
COPY web web
COPY tools tools
RUN npm run build && npm prune --omit=dev

FROM node:24-bookworm-slim
ENV NODE_ENV=production
WORKDIR /gateway
COPY --from=build /gateway/package.json ./
COPY --from=build /gateway/node_modules node_modules
COPY --from=build /gateway/dist dist
RUN chmod +x dist/src/bin/usage-gateway.js \
  && ln -s /gateway/dist/src/bin/usage-gateway.js /usr/local/bin/usage-gateway \
  && mkdir /data && chown node:node /data
USER node
# Inside the container every address is meant; who may reach it is decided where the port is published.
ENV HOST=0.0.0.0 ALLOW_ANY_HOST=true PORT=4000 DATA_FOLDER=/data
VOLUME /data
EXPOSE 4000
HEALTHCHECK --interval=10s --timeout=5s --start-period=60s --retries=6 \
  CMD ["node", "-e", "fetch(`http://127.0.0.1:${process.env.PORT}/healthz`).then(({ ok }) => process.exit(ok ? 0 : 1), () => process.exit(1))"]
CMD ["usage-gateway", "serve"]
