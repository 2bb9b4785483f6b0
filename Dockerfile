FROM node:20-bookworm-slim AS build
WORKDIR /app
COPY package.json package-lock.json .npmrc ./
RUN npm ci
COPY tsconfig.json schema.graphql ./
COPY src src
RUN npx tsc -p tsconfig.json && npm prune --omit=dev

FROM node:20-bookworm-slim
ENV NODE_ENV=production
WORKDIR /app
COPY --from=build --chown=node:node /app/node_modules node_modules
COPY --from=build --chown=node:node /app/dist dist
COPY --chown=node:node package.json schema.graphql ./
COPY --chown=node:node cypher cypher
COPY --chown=node:node neo4j neo4j
USER node
EXPOSE 4000
# Not through npm, so that signals reach the server itself.
CMD ["node", "dist/src/main.js"]
