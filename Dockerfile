# Parlour in a container. Nothing is compiled but TypeScript: no build tools, no downloads but npm's packages.
#   docker build -t parlour . && docker run --network host -v parlour-data:/data parlour
FROM node:22-bookworm-slim AS build
WORKDIR /parlour
COPY . .
RUN npm ci && npm run build
# What the command needs to run: its packages, what was built, and nothing of what built it.
RUN npm ci --omit=dev --workspace @parlour/cli \
 && rm -rf apps/*/src e2e bench examples scripts .ci docs/decisions docs/spec

FROM node:22-bookworm-slim
ENV NODE_ENV=production PARLOUR_DATA=/data
COPY --from=build --chown=root:root /parlour /parlour
RUN mkdir -m 0700 /data && chown node:node /data
USER node
WORKDIR /data
VOLUME /data
# The page, the forwarder beside it over UDP, and the relay over UDP and TCP.
EXPOSE 3000/tcp 3000/udp 3478/udp 3478/tcp
# Ends on SIGTERM by itself, within ten seconds.
ENTRYPOINT ["node", "/parlour/packages/cli/bin/parlour.mjs"]
CMD ["serve"]
