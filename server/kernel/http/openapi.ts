import { createRequire } from 'node:module';
import { dirname } from 'node:path';
import express, { Router } from 'express';
import { z } from 'zod';
import type { RouteContract } from '../../../shared/kernel/contract.ts';
import { errorCatalogue } from '../../../shared/kernel/errors.ts';

type Json = Record<string, unknown>;

const problemSchema: Json = {
  type: 'object',
  required: ['type', 'title', 'status', 'code', 'requestId'],
  properties: {
    type: { type: 'string' },
    title: { type: 'string' },
    status: { type: 'integer' },
    code: { type: 'string', enum: Object.keys(errorCatalogue) },
    detail: { type: 'string' },
    errors: {
      type: 'array',
      items: {
        type: 'object',
        properties: { path: { type: 'string' }, code: { type: 'string' }, message: { type: 'string' } },
      },
    },
    data: {},
    requestId: { type: 'string' },
  },
};

/** The OpenAPI 3.1 document of the REST interface, made from the contracts that the server itself parses with. */
export function openApiDocument(contracts: readonly RouteContract[], version: string): Json {
  const paths: Record<string, Json> = {};
  for (const contract of contracts) {
    const path = contract.path.replace(/:(\w+)/g, '{$1}');
    paths[path] = { ...paths[path], [contract.method.toLowerCase()]: operation(contract) };
  }
  return {
    openapi: '3.1.0',
    info: {
      title: 'Lectern',
      version,
      description: 'Lists answer { items, nextCursor }. Errors are application/problem+json with a code.',
    },
    servers: [{ url: '/api/v1' }],
    paths,
    components: {
      schemas: { Problem: problemSchema },
      securitySchemes: {
        accessToken: { type: 'http', scheme: 'bearer', bearerFormat: 'JWT' },
        refreshCookie: {
          type: 'apiKey',
          in: 'cookie',
          name: 'lectern_refresh',
          description: 'Behind HTTPS it is called __Host-lectern_refresh.',
        },
      },
    },
  };
}

function operation(contract: RouteContract): Json {
  const security = { user: [{ accessToken: [] }], cookie: [{ refreshCookie: [] }], public: [] }[
    contract.access
  ];
  return {
    operationId: contract.id,
    summary: contract.summary,
    tags: [contract.id.split('.')[0]],
    security,
    parameters: [...parameters(contract.params, 'path'), ...parameters(contract.query, 'query')],
    ...(contract.body
      ? {
          requestBody: {
            required: true,
            content: contract.binary
              ? Object.fromEntries(
                  contract.binary.map((type) => [type, { schema: { type: 'string', format: 'binary' } }]),
                )
              : { 'application/json': { schema: schema(contract.body, 'input') } },
          },
        }
      : {}),
    responses: {
      [contract.status]:
        contract.status === 204
          ? { description: 'Done.' }
          : {
              description: 'The reply.',
              content: { 'application/json': { schema: schema(contract.reply, 'output') } },
            },
      ...problems(contract),
    },
  };
}

function problems(contract: RouteContract): Json {
  const byStatus = new Map<number, string[]>();
  for (const code of contract.errors) {
    const { status } = errorCatalogue[code];
    byStatus.set(status, [...(byStatus.get(status) ?? []), code]);
  }
  return Object.fromEntries(
    [...byStatus].map(([status, codes]) => [
      status,
      {
        description: codes.join(', '),
        content: { 'application/problem+json': { schema: { $ref: '#/components/schemas/Problem' } } },
      },
    ]),
  );
}

function parameters(shape: z.ZodType | undefined, place: 'path' | 'query'): Json[] {
  if (!shape) return [];
  const { properties = {}, required = [] } = schema(shape, 'input') as {
    properties?: Record<string, Json>;
    required?: string[];
  };
  return Object.entries(properties).map(([name, value]) => ({
    name,
    in: place,
    required: place === 'path' || required.includes(name),
    schema: value,
  }));
}

function schema(type: z.ZodType, io: 'input' | 'output'): Json {
  const { $schema: _, ...rest } = z.toJSONSchema(type, { io, unrepresentable: 'any' }) as Json;
  return rest;
}

/** `/api/openapi.json`, and a page to browse it at `/api/docs`. */
export function docsRouter(document: Json): Router {
  const assets = dirname(createRequire(import.meta.url).resolve('swagger-ui-dist/package.json'));
  const router = Router();
  router.get('/openapi.json', (_req, res) => void res.json(document));
  router.get('/docs/', (_req, res) => void res.type('html').send(page));
  router.get('/docs/lectern-init.js', (_req, res) => void res.type('js').send(init));
  router.get('/docs', (_req, res) => res.redirect('/api/docs/'));
  router.use('/docs', express.static(assets, { index: false, maxAge: '1d' }));
  return router;
}

const page = `<!doctype html>
<html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width"><title>Lectern API</title>
<link rel="stylesheet" href="/api/docs/swagger-ui.css"></head>
<body><div id="ui"></div><script src="/api/docs/swagger-ui-bundle.js"></script><script src="/api/docs/lectern-init.js"></script></body></html>`;
const init = `window.SwaggerUIBundle({ url: '/api/openapi.json', dom_id: '#ui', deepLinking: true });`;
