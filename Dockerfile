# Pinned by digest, so that a build tomorrow has the same base. To update: pull the tag and take the digest it prints.
FROM node:20.20.2-bookworm-slim@sha256:2cf067cfed83d5ea958367df9f966191a942351a2df77d6f0193e162b5febfc0 AS build
WORKDIR /app
COPY package.json package-lock.json .npmrc ./
RUN npm ci
COPY tsconfig.json schema.graphql ./
COPY src src
RUN npx tsc -p tsconfig.json && npm prune --omit=dev

FROM node:20.20.2-bookworm-slim@sha256:2cf067cfed83d5ea958367df9f966191a942351a2df77d6f0193e162b5febfc0
ENV NODE_ENV=production
WORKDIR /app
# The files belong to root and nobody may write them: the server, which runs as `node`, cannot change its own code.
COPY --from=build /app/node_modules node_modules
COPY --from=build /app/dist dist
COPY package.json schema.graphql ./
COPY cypher cypher
COPY neo4j neo4j
RUN chmod -R a-w,a+rX /app
USER node
EXPOSE 4000
# Not through npm, so that signals reach the server itself.
CMD ["node", "dist/src/main.js"]
