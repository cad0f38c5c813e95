/**
 * A request as Azure Resource Manager understands it: paths and names of query parameters are compared without case.
 */
import type { FastifyRequest } from 'fastify';

import { ArmError, invalidProperty } from './arm-error.js';
import type { App } from '../app.js';
import type { Actor } from '../access/actor.js';
import { whoAsks } from '../access/principal.js';
import type { Caller } from '../access/principal.js';
import type { Scope } from '../access/scope.js';
import { isJsonObject } from '../pipeline/ingestion/exact-json.js';
import type { JsonObject, JsonValue } from '../pipeline/ingestion/exact-json.js';

/** One request to an Azure-compatible API, its caller known. */
export interface ArmRequest {
  readonly app: App;
  readonly principal: Caller;
  /** The same caller as the audit log writes it down. */
  readonly by: Actor;
  readonly scope: Scope;
  /** Parts of the path that the route names. */
  readonly path: Readonly<Record<string, string>>;
  readonly parameters: QueryParameters;
  readonly body: JsonValue;
  /** The header If-None-Match: what of the answer the caller says it has; null: nothing. */
  readonly ifNoneMatch: string | null;
  /** Where a link to this address begins: scheme, host and path, or the path alone. See `addressOf`. */
  readonly address: string;
}

/** An answer that is ready to be sent. */
export interface ArmAnswer {
  readonly status: 200 | 204 | 304;
  /** JSON as text or as UTF-8; empty for 204 and 304. */
  readonly body: string | Buffer;
  /** The entity tag, with its quotes. An answer without one may be another next time. */
  readonly etag?: string;
}

/** The query of an address, whose names Azure compares without case. */
export interface QueryParameters {
  /** The first value given under the name, in any case; null when there is none. */
  get(name: string): string | null;
  /** All of them once, as they were written, with one put in or replaced. */
  with(name: string, value: string): URLSearchParams;
}

/** Some clients put all parameters on a link that has them already, so the first of a name counts. */
export function readParameters(search: string): QueryParameters {
  const values = new Map<string, { readonly name: string; readonly value: string }>();
  for (const [name, value] of new URLSearchParams(search)) {
    const key = name.toLowerCase();
    if (!values.has(key)) values.set(key, { name, value });
  }
  return {
    get: (name) => values.get(name.toLowerCase())?.value ?? null,
    with: (name, value) => {
      const all = new Map(values).set(name.toLowerCase(), { name, value });
      const written = new URLSearchParams();
      for (const parameter of all.values()) written.append(parameter.name, parameter.value);
      return written;
    },
  };
}

/** Throws NoApiVersion, or InvalidApiVersionParameter for one that this resource type does not have. */
export function checkApiVersion(parameters: QueryParameters, known: readonly string[]): void {
  const version = parameters.get('api-version') ?? '';
  if (version === '') {
    throw new ArmError(400, 'NoApiVersion', "The api-version query parameter ('?api-version=') is required.");
  }
  if (known.includes(version.toLowerCase())) return;
  throw new ArmError(
    400,
    'InvalidApiVersionParameter',
    `The api-version '${version.slice(0, 40)}' is invalid. The supported versions are '${known.join(', ')}'.`,
  );
}

const HOST = /^([a-z0-9](?:[a-z0-9.-]{0,251}[a-z0-9])?|\[[0-9a-f:.]{2,45}\])(?::\d{1,5})?$/i;

/**
 * Where a link to the address of the request begins. A configured public address wins. Otherwise the Host header is
 * repeated where it names this gateway: the host that it listens on, this machine, or the address that the connection
 * was made to. Any other is somebody's word, and a link with it could lead a caller and its credential elsewhere: the
 * link is then the path alone, which Azure's clients read as relative to where they asked (RFC 3986).
 */
export function addressOf(
  request: FastifyRequest,
  { publicUrl, host: listensOn }: { readonly publicUrl: string | null; readonly host: string },
): string {
  const [path = ''] = request.url.split('?');
  if (publicUrl !== null) return publicUrl + path;
  const { host = '' } = request.headers;
  const [, name] = HOST.exec(host) ?? [];
  if (name === undefined) throw new ArmError(400, 'InvalidRequestContent', 'The Host header names no host.');
  const own = ['localhost', listensOn, request.socket.localAddress ?? ''].map(bareHost);
  return own.includes(bareHost(name)) ? `${request.protocol}://${host}${path}` : path;
}

/** A name or an address in one spelling: without brackets, and IPv4 not in the clothes of IPv6. */
function bareHost(name: string): string {
  return name
    .toLowerCase()
    .replace(/^\[|\]$/g, '')
    .replace(/^::ffff:/, '');
}

/** The member `properties` of a resource that is sent; empty where nothing is sent. Throws for what is no resource. */
export function propertiesOf(body: JsonValue): JsonObject {
  if (body === null) return {};
  if (!isJsonObject(body)) throw new ArmError(400, 'InvalidRequestContent', 'The request content is a JSON object.');
  const properties = body['properties'] ?? null;
  if (properties === null) return {};
  if (!isJsonObject(properties)) throw invalidProperty('properties', 'is an object.');
  return properties;
}

/** 200, with the value as JSON. */
export function answerOf(value: object): ArmAnswer {
  return { status: 200, body: JSON.stringify(value) };
}

/** A page of a list in the order of row ids. */
export interface ListPage {
  /** Rows after this one are asked for. */
  readonly afterId: number;
  /** The page, with a link to the next where there are more than `limit` rows; read at least one more than that. */
  of<Row extends { readonly id: number }>(
    rows: readonly Row[],
    limit: number,
    onWire: (row: Row) => object,
  ): { readonly value: readonly object[]; readonly nextLink?: string };
}

/** Reads `$skipToken`, which is good for this list and caller only. Throws INVALID_CURSOR. */
export function pageAfter(request: ArmRequest, list: readonly unknown[]): ListPage {
  const { app, principal, parameters, address } = request;
  const question = JSON.stringify([...list, whoAsks(principal)]);
  const token = parameters.get('$skipToken') ?? '';
  const [afterId = 0] = token === '' ? [] : app.cursors.read(question, token);
  return {
    afterId: Number(afterId),
    of: (rows, limit, onWire) => {
      const page = rows.slice(0, limit);
      const last = page.at(-1);
      const value = page.map(onWire);
      if (rows.length <= limit || last === undefined) return { value };
      const next = parameters.with('$skipToken', app.cursors.write(question, [last.id])).toString();
      // Clients look for the name as Azure writes it.
      return { value, nextLink: `${address}?${next.replace('%24skipToken=', '$skipToken=')}` };
    },
  };
}
